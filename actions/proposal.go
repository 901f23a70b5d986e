package actions

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A Proposal is a write that waits for somebody else's decision. What it shows is sealed: exactly that will be done,
// or nothing.
type Proposal struct {
	ID            string
	Kind          string    // ProposalRefund, ProposalEmail, ProposalBulk
	Purchase      Purchase  // as it is now
	Amount        Money     // sealed; of a refund: what is given back
	OldEmail      Email     // sealed; of a change of e-mail
	NewEmail      Email     // likewise
	Reason        Reason    // the asker's
	Note          string    // the asker's
	Path          EmailPath // of a change of e-mail: what the asker has shown
	Verdict       Verdict   // as it was when it was asked
	AskedBy       string    // actor id
	AskedByName   string
	AskedByRole   Role
	AskedAt       time.Time
	Status        ProposalStatus
	DecidedByName string
	DecidedReason string // in the decider's words
	DecidedAt     time.Time
	ReplacedBy    string       // rebuilt: id of the proposal that stands for it now
	Why           string       // withdrawn: message key of what makes it impossible now
	Outcome       RequestState // approved: how far it has got
	OutcomeDetail string       // refused: message key of the reason; assisted: of the steps
	Bulk          *BulkRun     // of ProposalBulk: the run, as it is now
	BulkCount     int          // sealed
	ExpiresAt     time.Time
	Reminders     int // how many have been sent
	Revision      int
}

// The kinds of proposals.
const (
	ProposalRefund = KindRefund
	ProposalEmail  = KindEmail
)

// A ProposalStatus is where a proposal stands.
type ProposalStatus string

// The statuses of a proposal; all but the first are final.
const (
	ProposalOpen      ProposalStatus = "open"
	ProposalApproved  ProposalStatus = "approved"
	ProposalDenied    ProposalStatus = "denied"
	ProposalExpired   ProposalStatus = "expired"
	ProposalRebuilt   ProposalStatus = "rebuilt"   // the facts changed: ReplacedBy asks again
	ProposalWithdrawn ProposalStatus = "withdrawn" // the facts changed so that it became impossible: Why
)

// Deciders are the roles that decide proposals, other people's only.
var Deciders = []Role{Manager, Producer, Admin}

// RequestOfProposal is the key of the request that carries an approved proposal out.
func RequestOfProposal(id string) string { return "proposal/" + id }

// seal is a hash over all that makes a proposal what it is. Nobody can change a row by hand and have something else
// executed than what was decided on. It has no key: whoever can write the table can write the audit log too, whose
// chain tells.
func seal(p store.Proposal) (string, error) {
	text, err := json.Marshal(struct {
		ID, Account, Kind, Purchase, Transaction, Facts, AskedBy, AskedByRole, ReplyTo, Currency string
		Amount, Expires, Created                                                                 int64
		Payload, Verdict                                                                         []byte
	}{p.ID, p.AccountID, p.Kind, p.PurchaseID, p.Transaction, p.Facts, p.AskedBy, p.AskedByRole, p.ReplyTo, p.Currency,
		p.Amount, p.ExpiresAt.UnixMicro(), p.CreatedAt.UnixMicro(), p.Payload, p.Verdict})
	if err != nil {
		return "", fmt.Errorf("seal a proposal: %w", err)
	}
	return digest(text), nil
}

// factsOf is a hash over the facts that a proposal is built on. When one of them changes before the decision, the
// decider has seen something else than what is true. Revisions are no facts: they grow for reasons that change nothing.
func factsOf(kind string, p Purchase) (string, error) {
	f := struct {
		Status     Status
		Price      Money
		Email      Email
		Payment    Payment
		Refunding  bool
		Guarantee  int64
		Frozen     int64
		Recurrence int
		Changes    int
		Opened     bool
		Refunded   Money `json:",omitzero"`
	}{Status: p.Status, Price: p.Price, Email: p.Buyer.Email, Payment: p.Payment, Refunding: p.Refunding,
		Guarantee: p.GuaranteeEnds.Unix(), Frozen: p.FrozenUntil.Unix(), Recurrence: p.Recurrence, Changes: p.EmailChanges, Refunded: p.Refunded}
	if kind == KindEmail { // a refund does not depend on it
		f.Opened = !firstOpened(p).IsZero()
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("facts of a proposal: %w", err)
	}
	return digest(text), nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// toProposal makes what is shown of what is kept. r is the request that carries it out; zero when there is none.
func toProposal(row store.Proposal, p Purchase, r store.Request) (Proposal, error) {
	o, err := parseOrder(row.Payload)
	if err != nil {
		return Proposal{}, err
	}
	shown := Proposal{
		ID: row.ID, Kind: row.Kind, Purchase: p, Amount: Money{Minor: row.Amount, Currency: row.Currency},
		OldEmail: o.Order.OldEmail, NewEmail: o.Order.NewEmail, Reason: o.Reason, Note: o.Note, Path: o.Path, Verdict: o.Verdict,
		AskedBy: row.AskedBy, AskedByName: row.AskedByName, AskedByRole: Role(row.AskedByRole), AskedAt: row.CreatedAt.UTC(),
		Status: ProposalStatus(row.Status), DecidedByName: row.DecidedByName, DecidedReason: row.DecidedReason,
		DecidedAt: value(row.DecidedAt), ReplacedBy: row.ReplacedBy, Outcome: RequestState(r.State), OutcomeDetail: r.Detail,
		ExpiresAt: row.ExpiresAt.UTC(), Reminders: row.Reminded, Revision: row.Revision,
	}
	if shown.Status == ProposalWithdrawn { // no person decided, so the column holds the rule
		shown.Why, shown.DecidedReason = row.DecidedReason, ""
	}
	return shown, nil
}
