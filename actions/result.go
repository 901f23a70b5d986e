package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A Result is what an action has come to when it returns. Repeating its key gives the same one.
type Result struct {
	State    ResultState `json:"state"`
	Proposal string      `json:"proposal,omitempty"` // id, when State is proposed
	Products []Product   `json:"products,omitempty"` // of Resend: what was mailed, one mail each
	Run      string      `json:"run,omitempty"`      // id, of work for many
	Tickets  int         `json:"tickets,omitempty"`  // of SendCheckIn: how many the mail was about; of Admit: 1
	Verdict  Verdict     `json:"verdict"`            // as computed when the action ran
}

// A ResultState says how far an action got.
type ResultState string

// The states of a result.
const (
	ResultRequested ResultState = "requested" // recorded; a job carries it out and tells
	ResultProposed  ResultState = "proposed"  // somebody else decides
	ResultDone      ResultState = "done"
)

// A RequestState is where a recorded write stands.
type RequestState string

// The states of a request: those of an outcome, and those before there is one.
const (
	RequestProposed   RequestState = "proposed" // it became a proposal, which has a request of its own once approved
	RequestRecorded   RequestState = "recorded" // nothing was sent yet
	RequestSending    RequestState = "sending"
	RequestDone       RequestState = "done"
	RequestRequested  RequestState = "requested"   // the platform decides later
	RequestNeedsBuyer RequestState = "needs_buyer" // the buyer must do something
	RequestAssisted   RequestState = "assisted"    // a person must follow the steps in Detail
	RequestRefused    RequestState = "refused"     // for the reason in Detail
	RequestUnknown    RequestState = "unknown"     // the platform did not answer; it is being read
)

// waits reports whether the platform has the order, and somebody there, or the buyer, has to do something about it.
func (s RequestState) waits() bool {
	return s == RequestRequested || s == RequestNeedsBuyer || s == RequestAssisted
}

// A Request is a recorded write as whoever waits for it sees it.
type Request struct {
	Key      string
	Action   string // refund, email, resend
	State    RequestState
	Detail   string // refused: message key of the reason; assisted: of the steps
	Proposal string // id, when State is proposed
	Purchase Purchase
	Amount   Money // of a refund: what is given back
	OldEmail Email // of an e-mail change
	NewEmail Email
	// Of what is done to a subscription, which Purchase is a charge of.
	ChargeDay int
	Charge    Money     // what a reactivation charges; zero when nothing
	Until     time.Time // how long the subscriber can accept it; zero when he is not asked
	// Of what somebody of the team does in the platform's panel.
	Op    Operation
	Said  Said  // what one of them says of it
	Panel Panel // how it is done; for the team alone
	May   bool  // the reader may say that it is done
	Next  time.Time
}

// Request returns what has come of an action by the key that it was called with, or of an approved proposal by
// "proposal/" and its id: to the team, to the buyer whose purchase it is about, and to whoever asked for it.
//
// Errors: NotFound; Unavailable.
func (c *Core) Request(ctx context.Context, who Actor, key string) (Request, error) {
	s := c.store.In(ctx)
	row, err := s.Request(key)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.AccountID != who.Account {
		return Request{}, &Error{Code: NotFound, Key: "request.not_found"}
	}
	if err != nil {
		return Request{}, failed("load a request", err)
	}
	reader := who
	if row.AskedBy == who.ID { // what came of it is his to know, also when the proof of who he is has run out since
		reader = systemActor(who.Account)
	}
	_, p, err := c.read(s.PurchaseByTransaction, reader, Transaction(row.Target))
	if err != nil {
		return Request{}, failed("load the purchase of a request", err)
	}
	o, err := parseOrder(row.Payload)
	if !maySee(who, p.Buyer.ID) { // he asked, and has not shown, or not lately, that the purchase is his
		p.Buyer, o.Order.OldEmail = Buyer{}, ""
	}
	amount := p.Price
	if o.Order.Op == OpRefund && o.Order.Amount.Currency != "" {
		amount = o.Order.Amount
	}
	said, may, panel := o.Said, who.Staff() && mayFinish(who, o.Order.Op), Panel{}
	if who.Staff() {
		panel = c.panel(o.Order.Op)
	} else {
		said.By, said.Name = "", "" // the team answers, and not one of its people
	}
	return Request{Op: o.Order.Op, Said: said, Panel: panel, May: may, Next: nextLook(o, row), Key: key, Action: row.Action, Amount: amount, State: RequestState(row.State), Detail: row.Detail, Proposal: o.Result.Proposal,
		Purchase: p, OldEmail: o.Order.OldEmail, NewEmail: o.Order.NewEmail, ChargeDay: o.Order.ChargeDay, Until: o.acceptUntil(),
		Charge: o.charge()}, failed("load a request", err)
}

// An order is what a request and a proposal keep of what is to be done: all that carrying it out needs.
type order struct {
	Order   Order      `json:"order"`
	Reason  Reason     `json:"reason,omitempty"`
	Note    string     `json:"note,omitempty"`
	ByBuyer bool       `json:"by_buyer,omitempty"` // a buyer asked, not the team
	Path    EmailPath  `json:"path,omitempty"`     // of a change of e-mail
	Frozen  time.Time  `json:"frozen,omitzero"`    // until when carrying it out has frozen the purchase
	Until   time.Time  `json:"until,omitzero"`     // of a reactivation: how long the subscriber can accept it; of a refund: how long the platform may take; of a claim: its end
	Sent    time.Time  `json:"sent,omitzero"`      // when the platform was called last
	Claimed time.Time  `json:"claimed,omitzero"`   // of a claim: when the buyer made it
	Agreed  time.Time  `json:"agreed,omitzero"`    // when he did
	Verdict Verdict    `json:"verdict"`
	Bulk    *bulkOrder `json:"bulk,omitempty"`  // of a proposal about a run
	Result  Result     `json:"result,omitzero"` // what the action answered, for its repetition
	Look    *looked    `json:"look,omitempty"`  // of KindLook
	Said    Said       `json:"said,omitzero"`   // of what is done by hand: what somebody says of it

	// Subscriber is whom what is done to a subscription is about: only he accepts a reactivation.
	Subscriber string `json:"subscriber,omitempty"`
}

// acceptUntil is how long a subscriber can accept; zero when nobody is asked.
func (o order) acceptUntil() time.Time {
	if o.Order.Op != OpReactivate {
		return time.Time{}
	}
	return o.Until
}

// charge is what a reactivation charges; zero when nothing.
func (o order) charge() Money {
	if !o.Order.Charge {
		return Money{}
	}
	return o.Order.Amount
}

// part is what a refund gives back of a purchase that stays; zero when it gives back all that is left.
func (o order) part() Money {
	if !o.Order.Part {
		return Money{}
	}
	return o.Order.Amount
}

func (o order) encode() ([]byte, error) {
	data, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode an order: %w", err)
	}
	return data, nil
}

func parseOrder(payload []byte) (order, error) {
	var o order
	if err := json.Unmarshal(payload, &o); err != nil {
		return order{}, fmt.Errorf("decode an order: %w", err)
	}
	return o, nil
}

// claim records the request unless its key is taken. When it is, by the same request, claim returns the result of the
// first time; mine tells which.
//
// It is the first thing that an action does in its transaction: a second caller with the same key waits here for the
// first to commit, and then reads its result instead of meeting the policy, which would say "already under way".
func (c *Core) claim(tx *store.Store, r store.Request) (first Result, mine bool, err error) {
	r.CreatedAt, r.UpdatedAt = c.now(), c.now()
	if mine, err = tx.Claim(r); mine || err != nil {
		return Result{}, mine, err
	}
	was, err := tx.Request(r.Key)
	if err != nil {
		return Result{}, false, err
	}
	if was.AccountID != r.AccountID || was.Action != r.Action || was.Target != r.Target || was.Actor != r.Actor {
		return Result{}, false, &Error{Code: Conflict, Key: "error.key_taken", Hint: "error.start_again"}
	}
	o, err := parseOrder(was.Payload)
	return o.Result, false, err
}

// save writes what a request has become.
func (c *Core) save(tx *store.Store, r store.Request, o order) error {
	payload, err := o.encode()
	if err != nil {
		return err
	}
	r.Payload, r.UpdatedAt = payload, c.now()
	return tx.SaveRequest(r)
}
