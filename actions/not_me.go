package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// notMeLife is how long the old address can have a change put back (design 7.4).
const notMeLife = 7 * 24 * time.Hour

// A NotMeState says what a link from the mail to the old address can still do.
type NotMeState string

// The states.
const (
	NotMeOpen    NotMeState = "open"
	NotMeDone    NotMeState = "done"    // the change was put back, by this link or by one from before it
	NotMeExpired NotMeState = "expired" // the seven days are over, or the buyer was erased
)

// A NotMe is a change of e-mail as whoever reads the old mailbox may see it.
type NotMe struct {
	State        NotMeState
	Shop         string
	SupportEmail string
	Locale       string // of the buyer's mails
	Timezone     string
	Product      string
	Transaction  Transaction
	OldEmail     Email
	NewEmail     Email // to be shown masked: it is somebody else's
	At           time.Time
	Until        time.Time // when the link ends
	RevertedAt   time.Time
	FrozenUntil  time.Time // no refund and no other change before
}

// NotMe returns what the words of a link are about. It changes nothing: mail scanners open links.
//
// Errors: NotFound for words that we did not sign; Unavailable.
func (c *Core) NotMe(ctx context.Context, words string) (NotMe, error) {
	shown, err := c.notMe(c.store.In(ctx), words)
	return shown, failed("show a change of e-mail", err)
}

func (c *Core) notMe(s *store.Store, words string) (NotMe, error) {
	id, until, err := c.changeOf(words)
	if err != nil {
		return NotMe{}, err
	}
	change, err := s.EmailChange(id)
	if errors.Is(err, store.ErrNotFound) {
		return NotMe{}, noLink()
	}
	if err != nil {
		return NotMe{}, err
	}
	account, err := s.Account(change.AccountID)
	if err != nil {
		return NotMe{}, err
	}
	purchases, err := s.PurchasesByID(change.AccountID, []string{change.PurchaseID})
	if err != nil {
		return NotMe{}, err
	}
	p := toPurchase(purchases[change.PurchaseID])
	shown := NotMe{State: c.notMeState(change, until), Shop: account.Name, SupportEmail: account.SupportEmail, Timezone: account.Timezone,
		Locale: firstLocale(p.Buyer.Locale, account.Locale), Product: p.Product.Name, Transaction: p.Transaction,
		OldEmail: Email(change.OldEmail), NewEmail: Email(change.NewEmail), At: change.CreatedAt.UTC(), Until: until,
		RevertedAt: value(change.RevertedAt), FrozenUntil: p.FrozenUntil}
	if p.Product.SupportEmail != "" {
		shown.SupportEmail = p.Product.SupportEmail
	}
	return shown, nil
}

// changeOf is the change that the words of a link name, and until when it can be put back.
func (c *Core) changeOf(words string) (id string, until time.Time, err error) {
	id, until, ok := c.openLink(linkNotMe, words, true)
	if !ok {
		return "", time.Time{}, noLink()
	}
	return id, until, nil
}

func (c *Core) notMeState(change store.EmailChange, until time.Time) NotMeState {
	switch {
	case change.RevertedAt != nil:
		return NotMeDone
	case c.now().After(until), change.OldEmail == "":
		return NotMeExpired
	}
	return NotMeOpen
}

func noLink() error { return &Error{Code: NotFound, Key: "link.unknown"} }

// A PutBackCard is a change of e-mail that its owner did not want, as the team sees it.
type PutBackCard struct {
	Purchase Purchase
	OldEmail Email // where the purchase is again
	NewEmail Email // where it had been moved to
	At       time.Time
	Outcome  RequestState // how far the commerce platform has got with it
	Detail   string       // why it refused
}

// PutBackOf returns what came of a change that was put back, by the change's id.
//
// Errors: NotFound, also for anybody but the team; Unavailable.
func (c *Core) PutBackOf(ctx context.Context, who Actor, change string) (PutBackCard, error) {
	card, err := c.putBackOf(c.store.In(ctx), who, change)
	return card, failed("show a change that was put back", err)
}

func (c *Core) putBackOf(s *store.Store, who Actor, id string) (PutBackCard, error) {
	change, err := s.EmailChange(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (change.AccountID != who.Account || !who.Staff()) {
		return PutBackCard{}, noLink()
	}
	if err != nil {
		return PutBackCard{}, err
	}
	purchases, err := s.PurchasesByID(change.AccountID, []string{change.PurchaseID})
	if err != nil {
		return PutBackCard{}, err
	}
	carries, err := s.Request(keyOfPutBack(id))
	if errors.Is(err, store.ErrNotFound) {
		carries, err = store.Request{}, nil
	}
	return PutBackCard{Purchase: toPurchase(purchases[change.PurchaseID]), OldEmail: Email(change.OldEmail), NewEmail: Email(change.NewEmail),
		At: value(change.RevertedAt), Outcome: RequestState(carries.State), Detail: carries.Detail}, err
}
