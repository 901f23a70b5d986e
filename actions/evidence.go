package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// maxEvidence bounds each list of a pack; a purchase has dozens.
const maxEvidence = 1000

// actionEvidence is the entry that says that a pack was made. It is in no pack, so that the same facts make the same one.
const actionEvidence = "evidence.made"

// An Instant is a time as a pack writes it: in UTC, and in the shop's zone.
type Instant struct {
	At   time.Time
	Zone string // IANA name
}

// MarshalJSON implements json.Marshaler: both, or null for what never was.
func (i Instant) MarshalJSON() ([]byte, error) {
	if i.At.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(map[string]string{"utc": i.UTC(), "local": i.At.In(format.Zone(i.Zone)).Format("2006-01-02 15:04:05 -07:00")})
}

// UTC is the time in UTC, to the second.
func (i Instant) UTC() string { return i.At.UTC().Format(time.RFC3339) }

// Evidence is what is on record about a purchase, for a dispute: what was sold, which rules were shown, what was opened,
// mailed, written and decided, and the entries of the audit log that prove it. Lists are in order of time.
type Evidence struct {
	AsOf      Instant            `json:"as_of"` // the newest fact in it
	Zone      string             `json:"time_zone"`
	Masked    bool               `json:"masked"` // buyers are initials, and addresses have dots
	Purchase  EvidencePurchase   `json:"purchase"`
	Verdicts  []EvidenceVerdict  `json:"policy"`
	Access    []EvidenceAccess   `json:"access"`
	Mails     []EvidenceMail     `json:"mails"`
	Messages  []EvidenceMessage  `json:"messages"`
	Decisions []EvidenceDecision `json:"decisions"`
	Writes    []EvidenceWrite    `json:"writes"`
	Entries   []EvidenceEntry    `json:"audit"`
}

// An EvidencePurchase is what was sold.
type EvidencePurchase struct {
	Transaction   Transaction `json:"transaction"`
	Source        string      `json:"source"`
	Status        Status      `json:"status"`
	StatusAt      Instant     `json:"status_since"`
	Product       string      `json:"product"`
	ProductCode   string      `json:"product_code"`
	Contents      []string    `json:"contents,omitempty"`
	Buyer         string      `json:"buyer"`
	Email         string      `json:"email"`
	Price         Money       `json:"price"`
	Payment       Payment     `json:"payment"`
	Installments  int         `json:"installments"`
	OrderedAt     Instant     `json:"ordered"`
	ApprovedAt    Instant     `json:"paid"`
	GuaranteeEnds Instant     `json:"guarantee_ends"`
	GuaranteeDays int         `json:"guarantee_days"`
	OpenedAt      Instant     `json:"first_opened"`
}

// An EvidenceVerdict is what policy said, to whom, before something was done.
type EvidenceVerdict struct {
	At      Instant `json:"at"`
	Who     string  `json:"accepted_by"` // who went on after it was shown
	Action  string  `json:"action"`
	Verdict Verdict `json:"verdict"`
	Entry   int64   `json:"audit_entry"`
}

// An EvidenceAccess is the right to enter one product, and whether it was used.
type EvidenceAccess struct {
	Product  string  `json:"product"`
	Active   bool    `json:"active"`
	Granted  Instant `json:"granted"`
	Opened   Instant `json:"first_opened"`
	LastSent Instant `json:"access_last_sent"`
	Sent     int     `json:"access_sent_times"`
}

// An EvidenceMail is a mail that was written about the purchase.
type EvidenceMail struct {
	Template string  `json:"template"`
	Locale   string  `json:"language"`
	To       string  `json:"to"`
	Written  Instant `json:"written"`
	Sent     Instant `json:"sent"` // handed to the mail server; null: not yet
}

// An EvidenceMessage is what somebody wrote in a form about the purchase.
type EvidenceMessage struct {
	At     Instant `json:"at"`
	Who    string  `json:"who"`
	Role   Role    `json:"role,omitempty"`
	About  string  `json:"about"` // the action
	Reason Reason  `json:"reason,omitempty"`
	Text   string  `json:"text,omitempty"`
}

// An EvidenceDecision is a request that somebody else decided, or is to.
type EvidenceDecision struct {
	Kind    string         `json:"kind"`
	Asked   Instant        `json:"asked"`
	AskedBy string         `json:"asked_by"`
	Role    Role           `json:"asked_by_role"`
	Amount  Money          `json:"amount,omitzero"`
	Status  ProposalStatus `json:"status"`
	Decided Instant        `json:"decided"`
	By      string         `json:"decided_by,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Verdict Verdict        `json:"verdict"`
	Seal    string         `json:"seal"`
	Intact  bool           `json:"seal_intact"` // it is what was shown to the decider
}

// An EvidenceWrite is something that was asked of the commerce platform or carried out, and what came of it.
type EvidenceWrite struct {
	Action string       `json:"action"`
	At     Instant      `json:"at"`
	Last   Instant      `json:"last_change"`
	State  RequestState `json:"state"`
	Detail string       `json:"detail,omitempty"`
}

// An EvidenceEntry is an entry of the audit log. Unmasked it has every column that its hash covers (docs/operations.md says
// how to recompute it).
type EvidenceEntry struct {
	Seq       int64   `json:"number"`
	At        Instant `json:"at"`
	Micros    int64   `json:"at_unix_micros"`
	Actor     string  `json:"actor"`
	ActorName string  `json:"actor_name"`
	AskedBy   string  `json:"asked_by"`
	Action    string  `json:"action"`
	Target    string  `json:"target"`
	Note      string  `json:"note"`
	Data      string  `json:"data"` // as it is kept, for the hash
	Prev      string  `json:"previous_hash"`
	Hash      string  `json:"hash"`
	Staff     bool    `json:"-"`
}

// An EvidenceInput says what a pack is made of.
type EvidenceInput struct {
	Transaction Transaction
	// Page writes the summary that people read, as HTML, in the reader's language.
	Page func(Evidence) ([]byte, error)
}

// SendEvidence sends everything on record about a purchase to the private chat of whoever asks, as one ZIP, and returns the
// file's id. A producer gets it whole, as a card network asks for it; managers and admins get names and addresses masked.
// That it was made, and its digest, is an entry of the audit log.
//
// Errors: NotFound; Denied for whoever decides nothing; Conflict when it is too large, or he has no private chat;
// Unavailable.
func (c *Core) SendEvidence(ctx context.Context, who Actor, in EvidenceInput) (string, error) {
	if !who.Is(Deciders...) {
		return "", &Error{Code: Denied, Key: "error.role"}
	}
	var file string
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		e, err := c.evidence(tx, who, in.Transaction)
		if err != nil {
			return err
		}
		page, err := in.Page(e)
		if err != nil {
			return fmt.Errorf("write the summary: %w", err)
		}
		pack, err := packEvidence(e, page)
		if err != nil {
			return err
		}
		name := "evidence-" + string(in.Transaction) + ".zip"
		if file, err = c.sendFile(tx, who, attachment{Name: name, MIME: "application/zip", Body: pack, Caption: "file.evidence"}); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: actionEvidence, target: string(in.Transaction), data: auditData{Detail: "sha256 " + digest(pack)}})
	})
	return file, failed("make an evidence pack", err)
}

// evidence gathers what a pack holds.
func (c *Core) evidence(tx *store.Store, who Actor, t Transaction) (Evidence, error) {
	full, p, err := c.read(tx.PurchaseByTransaction, who, t)
	if err != nil {
		return Evidence{}, err
	}
	rows, err := tx.EvidenceOf(full.Purchase, maxEvidence)
	if err != nil {
		return Evidence{}, err
	}
	people, err := tx.Everybody(who.Account)
	if err != nil {
		return Evidence{}, err
	}
	g := gathering{zone: who.Timezone, team: map[string]string{"system": "system"}, masked: !who.Is(Producer)}
	for _, person := range people {
		g.team[person.ID] = person.Name
	}
	e := Evidence{Zone: who.Timezone, Masked: g.masked, Purchase: g.purchase(full, p), Access: g.access(full)}
	e.Verdicts, e.Entries = g.entries(rows.Audit)
	e.Mails = g.mails(rows.Mails)
	if e.Decisions, e.Messages, err = g.decisions(rows.Proposals); err != nil {
		return Evidence{}, err
	}
	written, err := g.writes(rows.Requests, &e.Messages)
	if err != nil {
		return Evidence{}, err
	}
	e.Writes = written
	byTime(e.Messages)
	e.AsOf = g.at(g.newest)
	return e, nil
}
