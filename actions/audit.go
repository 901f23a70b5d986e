package actions

import (
	"encoding/json"
	"fmt"

	"github.com/aftersale/aftersale/store"
)

// An entry is an audit entry before it is dated and signed.
type entry struct {
	action  string // such as "refund.requested"
	target  string // transaction code, or another public id
	askedBy string // who asked, when another did; empty: the actor himself
	note    string // free text that was given
	data    auditData
}

// auditData are the values that an action ran with. Addresses are masked: the log is for ever, and what privacy law
// has us erase must not be in it.
type auditData struct {
	Reason   Reason         `json:"reason,omitempty"`
	Verdict  *Verdict       `json:"verdict,omitempty"`
	Amount   Money          `json:"amount,omitzero"`
	OldEmail string         `json:"old_email,omitempty"`
	NewEmail string         `json:"new_email,omitempty"`
	Proposal string         `json:"proposal,omitempty"`
	Replaces string         `json:"replaces,omitempty"` // proposal that was rebuilt
	Request  string         `json:"request,omitempty"`
	Code     string         `json:"subscription,omitempty"` // the subscriber's
	Detail   string         `json:"detail,omitempty"`
	Path     EmailPath      `json:"path,omitempty"`   // by what a change of e-mail was shown to be wanted
	Day      int            `json:"day,omitempty"`    // of the month on which a subscription is charged
	Charge   bool           `json:"charge,omitempty"` // a reactivation charges at once
	Count    int            `json:"count,omitempty"`
	Counts   map[string]int `json:"counts,omitempty"` // by kind
	Erased   []int64        `json:"erased,omitempty"` // entries from which something personal was taken
}

// audit writes an entry in the transaction of what it tells of.
func (c *Core) audit(tx *store.Store, who Actor, e entry) error {
	data, err := json.Marshal(e.data)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.action, err)
	}
	if e.askedBy == "" {
		e.askedBy = who.ID
	}
	return tx.Audit(store.AuditEntry{AccountID: who.Account, At: c.now(), Actor: who.ID, ActorName: who.Name,
		AskedBy: e.askedBy, Action: e.action, Target: e.target, Note: e.note, Data: data})
}

// systemActor is who acts when a job does.
func systemActor(account string) Actor { return Actor{ID: "system", Account: account, Role: System} }
