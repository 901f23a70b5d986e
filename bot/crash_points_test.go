package main

import (
	"context"
	"sync/atomic"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
)

// A crashPoint is a place in the bot's work at which a life may end.
type crashPoint string

// The points.
const (
	atOpen    crashPoint = "open"    // the database is open, nothing else has begun
	atMigrate crashPoint = "migrate" // the schema is there, account and people are not
	atTurn    crashPoint = "turn"    // inside an interaction's transaction
	atID      crashPoint = "id"      // inside any transaction, at a row that it is about to write
	atNow     crashPoint = "now"     // wherever an action looks at the clock: in transactions and between them
	atAnswer  crashPoint = "answer"  // an interaction is committed, nobody was told
	atShown   crashPoint = "shown"   // somebody was told, the card is not recorded
	atJob     crashPoint = "job"     // a job was taken and has not begun
	atWorked  crashPoint = "worked"  // a job is done and not marked so
	atOrder   crashPoint = "order"   // the commerce platform is about to be called
	atOrdered crashPoint = "ordered" // it has acted, nothing is written down
	atMail    crashPoint = "mail"    // a mail is about to be written
	atMailed  crashPoint = "mailed"  // a mail is in the outbox, its row does not say so
	atPost    crashPoint = "post"    // a message is about to be posted
	atPosted  crashPoint = "posted"  // it is posted, and not recorded
)

// crashPoints are those that are passed often, and how often in a typical life.
var crashPoints = map[crashPoint]int64{
	atTurn: 40, atID: 60, atNow: 300, atAnswer: 30, atShown: 30, atJob: 60, atWorked: 60,
	atOrder: 4, atOrdered: 4, atMail: 8, atMailed: 8, atPost: 20, atPosted: 20,
}

// crashDoom ends a life at its point.
type crashDoom struct {
	life   crashLife
	passed atomic.Int64
	out    *crashWriter
}

// at is called wherever a point is passed.
func (d *crashDoom) at(point crashPoint) {
	if point != d.life.Point || d.passed.Add(1) != d.life.Nth {
		return
	}
	_ = d.out.write(crashLine{At: point}) // nobody reads it any more: then the kill is on its way already
	if d.life.Blocks {
		select {}
	}
}

// doomedCommerce passes points around every call.
type doomedCommerce struct {
	actions.Commerce
	doom *crashDoom
}

// Do implements actions.Commerce.
func (c doomedCommerce) Do(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	c.doom.at(atOrder)
	outcome, err := c.Commerce.Do(ctx, o)
	c.doom.at(atOrdered)
	return outcome, err
}

// A singleCommerce is a commerce platform without idempotency keys, as most are: an order that it has carried out must
// never come again.
type singleCommerce struct {
	actions.Commerce
	doom *crashDoom
}

// Do implements actions.Commerce.
func (c singleCommerce) Do(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	is, err := c.State(ctx, o.Account, o.Transaction)
	if err != nil {
		return actions.Outcome{}, err
	}
	refunded := o.Op == actions.OpRefund && is.Status == actions.Refunded
	if refunded || o.Op == actions.OpChangeEmail && is.Email.Key() == o.NewEmail.Key() {
		_ = c.doom.out.write(crashLine{Fault: "the commerce platform got this order a second time: " + o.Key})
	}
	return c.Commerce.Do(ctx, o)
}

// doomedMailer passes points around every mail.
type doomedMailer struct {
	actions.Mailer
	doom *crashDoom
}

// Send implements actions.Mailer.
func (m doomedMailer) Send(ctx context.Context, msg actions.Message) error {
	m.doom.at(atMail)
	err := m.Mailer.Send(ctx, msg)
	m.doom.at(atMailed)
	return err
}

// A crashScreen shows to whoever made the call.
type crashScreen struct {
	doom *crashDoom
	call int
}

// Show implements flow.Screen.
func (s crashScreen) Show(_ context.Context, v flow.Shown) (string, error) {
	message := v.Replace
	if message == "" {
		message = newID()
	}
	s.doom.at(atAnswer)
	err := s.doom.out.write(crashLine{ID: s.call, Shown: &v, Message: message})
	s.doom.at(atShown)
	return message, err
}

// A crashPoster shows where nobody asked.
type crashPoster struct{ doom *crashDoom }

// Post implements flow.Poster.
func (p crashPoster) Post(ctx context.Context, chat string, s flow.Shown) (string, error) {
	message := newID()
	return message, p.Edit(ctx, chat, message, s)
}

// Edit implements flow.Poster.
func (p crashPoster) Edit(_ context.Context, chat, message string, s flow.Shown) error {
	p.doom.at(atPost)
	err := p.doom.out.write(crashLine{Post: &s, Message: message, Chat: chat})
	p.doom.at(atPosted)
	return err
}

// doomed passes points around every job.
func (d *crashDoom) doomed(handler jobs.Handler) jobs.Handler {
	return func(ctx context.Context, job jobs.Job) error {
		d.at(atJob)
		err := handler(ctx, job)
		d.at(atWorked)
		return err
	}
}
