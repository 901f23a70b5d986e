package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// MaxCaseText is the longest text of a case's message, in characters: more than any chat lets somebody write at once
// (Telegram: 4,096), for nothing that a buyer wrote may be lost.
const MaxCaseText = 5000

// caseUse is the use for which the vault seals what is said in cases.
const caseUse = "case_message"

// A CaseStatus is for whom a case waits.
type CaseStatus string

// The statuses of a case.
const (
	CaseTeam    CaseStatus = "team"    // for the team
	CaseBuyer   CaseStatus = "buyer"   // for the buyer
	CaseSnoozed CaseStatus = "snoozed" // for a day
	CaseClosed  CaseStatus = "closed"
)

// A CaseSource is where a case came from.
type CaseSource string

// The sources of cases.
const (
	CaseFromChat     CaseSource = "chat"
	CaseFromFeedback CaseSource = "feedback"
)

// A MessageKind says who said something in a case, and to whom.
type MessageKind string

// The kinds of messages.
const (
	SaidByBuyer MessageKind = "buyer"
	SaidByTeam  MessageKind = "reply" // to the buyer
	Noted       MessageKind = "note"  // among the team
)

// How a reply goes to the buyer.
const (
	ByChat = "chat"
	ByMail = "mail"
)

// A Case is a question of a buyer that the team answers.
type Case struct {
	ID           string
	Number       int64
	Topic        Topic
	Source       CaseSource
	Status       CaseStatus
	Buyer        Buyer       // zero: nobody knows yet who asks
	Transaction  Transaction // what it is about; empty: nothing in particular
	Purchase     Purchase    `json:",omitzero"`
	Assignee     string      // person who has it; empty: nobody
	AssigneeName string
	First        string // what it began with
	OpenedAt     time.Time
	LastAt       time.Time
	WaitingSince time.Time // first message of the buyer that nobody has answered
	PromisedAt   time.Time // until when he was promised the answer
	SnoozedUntil time.Time
	FirstReplyAt time.Time
	ClosedAt     time.Time
	Reopened     int
	Messages     int
	Files        int    // of both sides, that are still kept
	Locale       string // that the buyer reads
	Reach        string // how a reply goes to the buyer: ByChat, ByMail; empty: there is no way
	Overdue      bool
	Over         bool // it has been closed for so long that the buyer's next message is another case
	Revision     int
}

// Open reports whether the case still waits for anybody.
func (c Case) Open() bool { return c.Status != CaseClosed }

// A CaseMessage is what somebody said in a case.
type CaseMessage struct {
	ID     string
	Case   string
	Kind   MessageKind
	Author string // actor id
	Name   string // of the author; a buyer is not told who of the team it was
	Text   string // empty once it was dropped
	Via    string
	At     time.Time
}

// Case returns one case: to the team, to the program itself, and to the buyer who asked.
//
// Errors: NotFound; Unavailable.
func (c *Core) Case(ctx context.Context, who Actor, id string) (Case, error) {
	s := c.store.In(ctx)
	row, err := s.Case(who.Account, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !maySeeCase(who, row) {
		return Case{}, noCase()
	}
	if err != nil {
		return Case{}, failed("load a case", err)
	}
	all, err := c.toCases(s, []store.Case{row})
	if err != nil {
		return Case{}, failed("load a case", err)
	}
	return all[0], nil
}

// maySeeCase says who sees a case. Who opened it before anybody knew who he is sees it in that chat; after that it is the
// buyer's, and a chat that has not lately shown that it is his sees nothing.
func maySeeCase(who Actor, row store.Case) bool {
	switch {
	case who.Staff() || who.Is(System):
		return true
	case row.BuyerID != "":
		return who.Owns(row.BuyerID)
	}
	return row.IdentityID != "" && row.IdentityID == who.Identity
}

func noCase() error { return &Error{Code: NotFound, Key: "case.not_found", Field: "query"} }

// mayWorkCases refuses everybody but the team.
func mayWorkCases(who Actor) error {
	if who.Staff() {
		return nil
	}
	return &Error{Code: Denied, Key: "error.role"}
}

// toCases makes what is shown of what is kept, with whom and what it is about.
func (c *Core) toCases(s *store.Store, rows []store.Case) ([]Case, error) {
	var ids, purchases []string
	for _, r := range rows {
		ids = append(ids, r.ID)
		if r.PurchaseID != "" {
			purchases = append(purchases, r.PurchaseID)
		}
	}
	first, err := s.FirstCaseMessages(ids)
	if err != nil {
		return nil, err
	}
	files, err := s.CountCaseFiles(ids)
	if err != nil {
		return nil, err
	}
	var about map[string]store.FullPurchase
	if len(purchases) > 0 && len(rows) > 0 {
		if about, err = s.PurchasesByID(rows[0].AccountID, purchases); err != nil {
			return nil, err
		}
	}
	all := make([]Case, len(rows))
	for i, r := range rows {
		all[i] = toCase(r, c.now())
		all[i].Files = files[r.ID]
		may, err := c.mayReopen(s, r)
		if err != nil {
			return nil, err
		}
		all[i].Over = !may
		if m, ok := first[r.ID]; ok {
			if all[i].First, err = c.caseText(m); err != nil {
				return nil, err
			}
		}
		if full, ok := about[r.PurchaseID]; ok {
			all[i].Purchase = toPurchase(full)
			all[i].Transaction = all[i].Purchase.Transaction
		}
		if r.BuyerID != "" {
			b, err := s.Buyer(r.BuyerID)
			if err != nil {
				return nil, err
			}
			all[i].Buyer = Buyer{ID: b.ID, Name: b.Name, Email: Email(b.Email), Locale: b.Locale}
		}
		if all[i].Reach, err = c.reach(s, r); err != nil {
			return nil, err
		}
		if all[i].Locale, err = c.speaks(s, r, all[i].Buyer); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func toCase(r store.Case, now time.Time) Case {
	promised := value(r.PromisedAt)
	return Case{ID: r.ID, Number: r.Number, Topic: Topic(r.Topic), Source: CaseSource(r.Source), Status: CaseStatus(r.Status),
		Assignee: r.Assignee, AssigneeName: r.AssigneeName, OpenedAt: r.OpenedAt.UTC(), LastAt: r.LastAt.UTC(),
		WaitingSince: value(r.WaitingSince), PromisedAt: promised, SnoozedUntil: value(r.SnoozedUntil), FirstReplyAt: value(r.FirstReplyAt),
		ClosedAt: value(r.ClosedAt), Reopened: r.Reopened, Messages: r.Messages, Revision: r.Revision,
		Overdue: !promised.IsZero() && promised.Before(now)}
}

// reach says how a reply goes to the buyer of a case: into the chat in which he asked, as long as that chat is known to be
// his; else to his mailbox.
func (c *Core) reach(s *store.Store, row store.Case) (string, error) {
	if row.IdentityID != "" {
		w, err := s.WhoHas(row.IdentityID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
		if err == nil && w.Identity.Chat != "" && maySeeCase(c.actorOf(w), row) {
			return ByChat, nil
		}
	}
	if row.BuyerID == "" {
		return "", nil
	}
	b, err := s.Buyer(row.BuyerID)
	if err != nil || b.Erased() {
		return "", err
	}
	return ByMail, nil
}

// speaks is the language in which the buyer of a case is answered: that of his chat, else the one in which he bought.
func (c *Core) speaks(s *store.Store, row store.Case, b Buyer) (string, error) {
	if row.IdentityID == "" {
		account, err := s.Account(row.AccountID)
		return firstLocale(b.Locale, account.Locale), err
	}
	w, err := s.WhoHas(row.IdentityID)
	if isNone(err) {
		return firstLocale(b.Locale), nil
	}
	return firstLocale(w.Identity.Locale, w.Identity.PlatformLocale, b.Locale, w.Account.Locale), err
}

// caseText opens what was said.
func (c *Core) caseText(m store.CaseMessage) (string, error) {
	text, err := c.vault.Open(caseUse, m.ID, m.Body)
	return string(text), err
}

// maxCaseMessages is how many messages are read at once.
const maxCaseMessages = 20

// CaseMessages lists what was said in a case, newest first: at most limit messages from before one, or the newest when that
// is empty. A buyer does not read notes, nor who of the team answered.
//
// Errors: NotFound; Unavailable.
func (c *Core) CaseMessages(ctx context.Context, who Actor, id, before string, limit int) ([]CaseMessage, error) {
	s := c.store.In(ctx)
	row, err := s.Case(who.Account, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !maySeeCase(who, row) {
		return nil, noCase()
	}
	if err != nil {
		return nil, failed("load a case", err)
	}
	var from store.Cursor
	if before != "" {
		m, err := s.CaseMessage(who.Account, before)
		if err != nil {
			return nil, failed("load a message of a case", err)
		}
		from = store.Cursor{At: m.CreatedAt, ID: m.ID}
	}
	var kinds []string
	if who.Is(BuyerRole) {
		kinds = []string{string(SaidByBuyer), string(SaidByTeam)}
	}
	rows, err := s.CaseMessages(id, kinds, from, min(max(limit, 1), maxCaseMessages))
	if err != nil {
		return nil, failed("list the messages of a case", err)
	}
	all := make([]CaseMessage, 0, len(rows))
	for _, r := range rows {
		m, err := c.toMessage(who, r)
		if err != nil {
			return nil, failed("open a message of a case", err)
		}
		all = append(all, m)
	}
	return all, nil
}

// CaseMessage returns one message of a case that the actor may see.
//
// Errors: NotFound; Unavailable.
func (c *Core) CaseMessage(ctx context.Context, who Actor, id string) (CaseMessage, Case, error) {
	m, err := c.store.In(ctx).CaseMessage(who.Account, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && who.Is(BuyerRole) && MessageKind(m.Kind) == Noted {
		return CaseMessage{}, Case{}, noCase()
	}
	if err != nil {
		return CaseMessage{}, Case{}, failed("load a message of a case", err)
	}
	of, err := c.Case(ctx, who, m.CaseID)
	if err != nil {
		return CaseMessage{}, Case{}, err
	}
	said, err := c.toMessage(who, m)
	return said, of, failed("open a message of a case", err)
}

func (c *Core) toMessage(who Actor, r store.CaseMessage) (CaseMessage, error) {
	text, err := c.caseText(r)
	m := CaseMessage{ID: r.ID, Case: r.CaseID, Kind: MessageKind(r.Kind), Author: r.Author, Name: r.AuthorName, Text: text, Via: r.Via, At: r.CreatedAt.UTC()}
	if who.Is(BuyerRole) && m.Kind == SaidByTeam {
		m.Author, m.Name = "", ""
	}
	return m, err
}
