package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/aftersale/aftersale/adapters/chat"
)

const (
	// ackTime is how long an acknowledgement may wait for its connection; later Slack has given up.
	ackTime = 3 * time.Second
	// lastAcks is how long the connection stays open for the acknowledgements of the last turns.
	lastAcks = 200 * time.Millisecond
	// longestPause is how long the library may wait before it connects again; it would go up to five minutes.
	longestPause = time.Minute
)

// errAnew ends a connection whose library has become too patient.
var errAnew = errors.New("connect anew")

// runSocket keeps a connection to Slack. What was not acknowledged when one was cut comes again on the next.
func (a *Adapter) runSocket(ctx context.Context) error {
	for {
		err := a.connect(ctx)
		if !errors.Is(err, errAnew) {
			return err
		}
		if chat.Sleep(ctx, chat.Backoff(6)) != nil {
			return a.drain()
		}
	}
}

// A socket is one run of the library's client, which connects again by itself.
type socket struct {
	*Adapter
	client *socketmode.Client
	live   context.Context // ends after the last acknowledgement
}

// connect serves until ctx ends. Then nothing new is acknowledged any more, turns finish and send theirs, and the
// connection is closed.
func (a *Adapter) connect(ctx context.Context) error {
	live, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &socket{a, socketmode.New(a.api.bot, socketmode.OptionLog(silent), socketmode.OptionReadLimit(maxBody)), live}
	ended := make(chan error, 1)
	go func() { ended <- s.client.RunContext(live) }()
	stop := func() {
		cancel()
		for {
			select {
			case <-s.client.Events:
			case <-ended:
				return
			}
		}
	}
	for {
		select {
		case e := <-s.client.Events:
			if errors.Is(s.handle(e), errAnew) {
				stop()
				return errAnew
			}
		case err := <-ended:
			cancel()
			err = a.api.safe("socket", err)
			a.health.failed(err)
			return err
		case <-ctx.Done():
			err := s.finish()
			stop()
			return err
		}
	}
}

// finish lets turns end. What comes in meanwhile is left for another connection: it is not acknowledged.
func (s *socket) finish() error {
	drained := make(chan error, 1)
	go func() {
		err := s.drain()
		_ = chat.Sleep(s.live, lastAcks)
		drained <- err
	}()
	for {
		select {
		case <-s.client.Events:
		case err := <-drained:
			return err
		}
	}
}

func (s *socket) handle(e socketmode.Event) error {
	switch e.Type {
	case socketmode.EventTypeConnecting:
		s.health.failed(errConnecting)
	case socketmode.EventTypeConnected:
		s.health.connected()
	case socketmode.EventTypeConnectionError:
		return s.broken(e.Data)
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		if e.Request != nil {
			s.take(*e.Request)
		}
	case socketmode.EventTypeErrorBadMessage:
		// What the library cannot read may be of a kind that is younger than it; it wants an acknowledgement all the same.
		var r socketmode.Request
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok && json.Unmarshal(bad.Message, &r) == nil && r.EnvelopeID != "" {
			s.take(r)
		}
	}
	return nil
}

// broken notes why there is no connection.
func (s *socket) broken(data any) error {
	failed, ok := data.(*slack.ConnectionErrorEvent)
	if !ok {
		return nil
	}
	err := s.api.safe("socket", failed.ErrorObj)
	s.health.failed(err)
	s.Log.Warn("no connection to slack", "attempt", failed.Attempt, "err", err)
	if _, limited := rateLimit(failed.ErrorObj); failed.Backoff > longestPause && !limited {
		return errAnew
	}
	return nil
}

// take takes one envelope to its turn. It must not wait: while it does, nothing is read.
func (s *socket) take(r socketmode.Request) {
	began := s.Now()
	e, err := decodeEnvelope(r.Type, r.Payload, s.Command)
	me := s.self // known before there was a connection
	switch {
	case err != nil || e.ownVoice(me):
		s.ack(r.EnvelopeID, nil)
	case !s.ours(e, me):
		s.ack(r.EnvelopeID, s.sentence(e, "chat.stranger"))
	case !s.accept(e, began, func(payload any) { s.ack(r.EnvelopeID, payload) }):
		s.refuse(r.EnvelopeID, e)
	}
}

// decodeEnvelope reads the payload of an envelope: the same as over HTTP.
func decodeEnvelope(kind string, payload []byte, command string) (event, error) {
	switch kind {
	case socketmode.RequestTypeSlashCommands:
		var fields map[string]any
		if err := json.Unmarshal(payload, &fields); err != nil {
			return event{}, errNotJSON
		}
		return decodeCommand(func(name string) string { s, _ := fields[name].(string); return s })
	case socketmode.RequestTypeInteractive:
		return decodeInteraction(payload)
	case socketmode.RequestTypeEventsAPI:
		e, _, err := decodeEvent(payload, command)
		return e, err
	}
	return event{}, fmt.Errorf("envelope: %w", errNothing)
}

// sentence is what a command is answered outside of any turn; nothing else takes words with its acknowledgement.
func (s *socket) sentence(e event, key string) any {
	if e.kind != commandKind {
		return nil
	}
	return s.plainReply(key)
}

// refuse answers when there is too much to do: what is not acknowledged comes again, a person is told.
func (s *socket) refuse(envelope string, e event) {
	switch e.kind {
	case typedKind, homeKind, remarkKind:
		return
	}
	s.ack(envelope, s.sentence(e, "chat.busy"))
	if e.kind != commandKind {
		go func() { // Turns are full, but this is one call with a timeout
			ctx, cancel := context.WithTimeout(s.live, callTimeout)
			defer cancel()
			s.tellBusy(ctx, e)
		}()
	}
}

func (s *socket) ack(envelope string, payload any) {
	ctx, cancel := context.WithTimeout(s.live, ackTime)
	defer cancel()
	if err := s.client.AckCtx(ctx, envelope, payload); err != nil {
		s.Log.Warn("an acknowledgement was not sent", "platform", Platform, "err", s.api.secrets.Error(err))
	}
}
