package flow

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// Stop is the command that leaves the open conversation; the same as its [Cancel].
const Stop = "stop"

// A talk is one interaction inside its transaction.
type talk struct {
	*Runner
	ctx    context.Context
	tx     *store.Store
	in     Inbound
	files  []actions.TeamFile // of a Remark: see fetched
	who    actions.Actor
	failed map[string]*actions.Error
	fresh  string // id of the conversation that this turn starts, if it starts one
}

// notice answers with one sentence outside of any conversation.
func (t *talk) notice(key string, args ...any) answer {
	v := View{Kind: "notice", Title: T(key, args...), Ended: true}
	return answer{view: v, reader: reader(t.who), flow: "notice"}
}

func (t *talk) command(c Command) (answer, error) {
	word := strings.ToLower(strings.TrimPrefix(c.Word, "/"))
	for _, text := range append(slices.Collect(maps.Values(c.Values)), c.Rest) {
		if out, found := t.unwanted(word, text); found {
			return out, nil
		}
	}
	if word == Stop {
		saved, err := t.tx.OpenConversation(t.Account, t.in.Platform, t.in.Chat, t.in.User)
		if errors.Is(err, store.ErrNotFound) {
			return t.notice("stop.nothing"), nil
		}
		if err != nil {
			return answer{}, err
		}
		return t.move(saved, Press{Revision: saved.Revision, Button: buttonCancel})
	}
	d, ok := t.flows[word]
	if !ok || d.Unlisted {
		return t.notice("error.unknown_word", "word", word), nil
	}
	if d.Redirect != nil && c.Rest != "" {
		if l, ok := d.Redirect(t.ctx, c.Rest); ok && t.flows[l.Flow].New != nil {
			return t.start(t.flows[l.Flow], Start{Values: l.Values}, "")
		}
	}
	if d.Route != nil {
		if l, ok := d.Route(c.Values); ok {
			if to := t.flows[l.Flow]; to.May(t.who.Role) {
				return t.start(to, Start{Values: l.Values}, "")
			}
			c.Values = nil // an option that is not for him
		}
	}
	return t.start(d, Start{Args: c.words(), Values: c.Values}, "")
}

// words is all that was said with a command. Typed options are words too, for a first form that has other fields than
// the platform offers: who is not known yet is asked something else first.
func (c Command) words() string {
	if c.Rest != "" {
		return c.Rest
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(c.Values)) {
		all = append(all, c.Values[name])
	}
	return strings.Join(all, " ")
}

// typed answers the open question; without one, the home flow says what can be done.
func (t *talk) typed(g Typed) (answer, error) {
	saved, err := t.tx.OpenConversation(t.Account, t.in.Platform, t.in.Chat, t.in.User)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if out, found := t.unwanted(t.lingering(g.Text), g.Text); found {
			return out, nil
		}
		return t.greet(g.Text)
	case err != nil:
		return answer{}, err
	}
	if out, found := t.unwanted(saved.Flow, g.Text); found {
		return out, nil
	}
	s, err := decodeState(saved)
	if err != nil {
		return answer{}, err
	}
	e := t.understand(s, g.Text)
	if l, ok := t.meant(saved, s, e); ok {
		return t.start(t.flows[l.Flow], Start{Values: l.Values}, "")
	}
	erase := t.answersSecret(s, e)
	out, err := t.advance(saved, s, e)
	out.replace, out.erase = false, erase // in a chat what is typed is answered below it
	return out, err
}

// meant is the flow that text stands for which no open question wants: what somebody writes beside the buttons, or long
// after anything was asked, is not lost.
func (t *talk) meant(saved store.Conversation, s State, e Event) (Launch, bool) {
	said, ok := e.(Say)
	d, known := t.flows[s.Flow]
	if home := t.flows[t.Home]; !ok || !known || home.Greeted == nil {
		return Launch{}, false
	}
	if fields := Look(d, s, t.who).Fields; !t.expired(saved) && len(fields) == 1 && fields[0].Kind != ChoiceField {
		return Launch{}, false
	}
	if !t.expired(saved) {
		if l, ok := restated(d, s, t.who, said.Text); ok {
			return l, true
		}
	}
	return t.greeting(said.Text)
}

// greeting is the flow that the words of a text stand for.
func (t *talk) greeting(text string) (Launch, bool) {
	home := t.flows[t.Home]
	if home.Greeted == nil {
		return Launch{}, false
	}
	l, ok := home.Greeted(t.who, text)
	return l, ok && t.flows[l.Flow].New != nil
}

// unwanted answers text that must not be in a chat; the conversation that is open stays where it is.
func (t *talk) unwanted(open, text string) (answer, bool) {
	home := t.flows[t.Home]
	if home.Unwanted == nil || text == "" {
		return answer{}, false
	}
	say, found := home.Unwanted(open, t.who.Role, text)
	if !found {
		return answer{}, false
	}
	out := t.notice(say.Key + ".title")
	out.view.Body, out.erase = []Text{say}, true
	return out, true
}

// lingerFor is how long a flow that lingers is taken for open.
const lingerFor = time.Hour

// lingering is the flow that has ended here last, if it lingers. Only one word is worth the look: more are judged by themselves.
func (t *talk) lingering(text string) string {
	if len(strings.Fields(text)) != 1 {
		return ""
	}
	last, err := t.tx.EndedConversation(t.Account, t.in.Platform, t.in.User, t.Now().Add(-lingerFor))
	if err != nil || !t.flows[last.Flow].Lingers {
		return "" // it is a courtesy: without it the text is answered as ever
	}
	return last.Flow
}

// answersSecret reports whether what was typed is an answer that must not stay in the chat.
func (t *talk) answersSecret(s State, e Event) bool {
	d, ok := t.flows[s.Flow]
	if _, said := e.(Say); !ok || !said || s.Ended {
		return false
	}
	fields := Look(d, s, t.who).Fields
	return len(fields) == 1 && fields[0].Secret
}

// greet answers text when nothing is asked: with the flow that its words stand for, else with the home flow.
func (t *talk) greet(text string) (answer, error) {
	if l, ok := t.greeting(text); ok {
		return t.start(t.flows[l.Flow], Start{Values: l.Values}, "")
	}
	return t.start(t.flows[t.Home], Start{}, "")
}

// understand reads typed text as the button it names, by number or label, where one is meant; else as an answer.
func (t *talk) understand(s State, text string) Event {
	d, ok := t.flows[s.Flow]
	if !ok {
		return Say{text}
	}
	view := Look(d, s, t.who)
	free := len(view.Fields) == 1 && view.Fields[0].Kind != ChoiceField
	shown := t.Words.Show(View{Token: view.Token, Buttons: view.Buttons}, reader(t.who)) // their labels are all that is needed
	typed := strings.TrimSpace(text)
	for i, b := range shown.Buttons {
		if strings.EqualFold(b.Label, typed) || !free && strconv.Itoa(i+1) == typed {
			return Press{Revision: s.Revision, Button: view.Buttons[i].Name}
		}
	}
	return Say{text}
}

// resume takes a conversation by its id and moves it.
func (t *talk) resume(id string, e Event) (answer, error) {
	saved, err := t.tx.Conversation(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && saved.AccountID != t.Account {
		return t.notice("error.stale"), nil
	}
	if err != nil {
		return answer{}, err
	}
	return t.move(saved, e)
}

// start opens a new conversation.
func (t *talk) start(d Def, e Start, from string) (answer, error) {
	if !d.May(t.who.Role) {
		return t.notice("error.role"), nil
	}
	id := t.fresh
	s := State{Conversation: id, Flow: d.Name, Owner: t.who.ID, Role: t.who.Role, From: from, Home: t.Home, Prompts: !t.in.Forms}
	saved := store.Conversation{
		ID: id, AccountID: t.Account, Platform: t.in.Platform, Chat: t.in.Chat, UserID: t.in.User,
		Flow: d.Name, Open: true, CreatedAt: t.Now(),
	}
	return t.play(d, s, saved, e, false)
}

// move takes an event to a stored conversation.
func (t *talk) move(saved store.Conversation, e Event) (answer, error) {
	s, err := decodeState(saved)
	if err != nil {
		return answer{}, err
	}
	return t.advance(saved, s, e)
}

// advance takes an event to a conversation that stands at s.
func (t *talk) advance(saved store.Conversation, s State, e Event) (answer, error) {
	d, ok := t.flows[s.Flow]
	if !ok {
		return t.notice("error.changed"), nil
	}
	if t.expired(saved) && !s.Ended {
		s, view := Expire(d, s, t.who)
		return t.save(d, s, saved, view, true)
	}
	if t.another(saved, s) && !s.Ended {
		s, view := Bar(d, s, t.who)
		return t.save(d, s, saved, view, true)
	}
	return t.play(d, s, saved, e, true)
}

// another reports whether the chat user whose conversation this is has become somebody else, or something else, since he
// began it.
func (t *talk) another(saved store.Conversation, s State) bool {
	own := saved.Platform == t.in.Platform && saved.UserID == t.in.User
	return own && (s.Owner != t.who.ID || s.Role != "" && s.Role != t.who.Role)
}

func (t *talk) expired(saved store.Conversation) bool {
	return t.Now().Sub(saved.UpdatedAt) > Lifetime
}

// play advances a conversation until a person has to answer, running each effect inside the transaction.
func (t *talk) play(d Def, s State, saved store.Conversation, e Event, known bool) (answer, error) {
	if pressed(e) == buttonShow && !s.Ended && s.Owner == t.who.ID {
		return answer{view: Look(d, s, t.who), reader: reader(t.who), flow: d.Name, replace: true}, nil
	}
	before := s.Revision
	next, view, effects := Advance(d, s, t.who, e)
	for len(effects) > 0 {
		effect := effects[0]
		if effect.Launch != nil {
			return t.launch(*effect.Launch, Token{Of: s.Conversation, Revision: s.Revision, Button: pressed(e)})
		}
		was := t.who.ID
		called, to, err := t.call(d, next, effect)
		if err != nil {
			return answer{flow: d.Name}, err
		}
		if to != nil {
			return t.launch(*to, Token{Of: s.Conversation, Revision: s.Revision, Button: pressed(e)})
		}
		if t.who.ID != was { // of whom more is known now: it stays his
			next.Owner, next.Role = t.who.ID, t.who.Role
		}
		next, view, effects = Advance(d, next, t.who, called)
	}
	if known && next.Revision == before {
		return t.unchanged(next, view)
	}
	return t.save(d, next, saved, view, known)
}

// unchanged answers a gesture that moved nothing. A finished conversation has forgotten its answers: where its result
// followed a subject, that subject is shown as it is now.
func (t *talk) unchanged(s State, view View) (answer, error) {
	out := answer{view: view, reader: reader(t.who), flow: s.Flow}
	kind, id, live := Token{Of: s.Live}.Subject()
	if !s.Ended || !live || s.Owner != t.who.ID {
		return out, nil
	}
	card, _, err := t.cards[kind].View(t.ctx, id, t.who)
	if err != nil {
		return out, err
	}
	card.Problem, card.Live = view.Problem, s.Live
	out.view = card
	return out, nil
}

// doublePress is how soon a second press of the same button is the same press.
const doublePress = 3 * time.Second

// launch starts the flow behind a button. Pressed again, the conversation that the first press started is shown again.
func (t *talk) launch(l Launch, from Token) (answer, error) {
	d, ok := t.flows[l.Flow]
	if !ok {
		return t.notice("error.changed"), nil
	}
	open, err := t.tx.OpenConversation(t.Account, t.in.Platform, t.in.Chat, t.in.User)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return answer{}, err
	default:
		s, err := decodeState(open)
		if err != nil {
			return answer{}, err
		}
		if t.another(open, s) {
			break
		}
		if s.From == from.String() && t.Now().Sub(open.UpdatedAt) < doublePress {
			return answer{silent: true, flow: d.Name}, nil // it stands there
		}
		if s.From == from.String() {
			return answer{view: Look(d, s, t.who), reader: reader(t.who), flow: d.Name}, nil
		}
	}
	return t.start(d, Start{Values: l.Values}, from.String())
}

func pressed(e Event) string {
	p, _ := e.(Press)
	return p.Button
}

// call runs a Do step, and tells which other flow it leaves for, if it does. Its error rolls the transaction back, unless
// this is the replay that was told of it.
func (t *talk) call(d Def, s State, effect Effect) (called Called, to *Launch, err error) {
	if e, ok := t.failed[effect.Key]; ok {
		return Called{Step: effect.Step, Err: failure(e)}, nil, nil
	}
	f := d.New()
	if len(s.Answers) > 0 {
		if err := json.Unmarshal(s.Answers, f); err != nil {
			return Called{}, nil, err
		}
	}
	for _, step := range f.Steps() {
		if step.key != effect.Step {
			continue
		}
		c := Call{
			Context: t.ctx, Key: effect.Key, Conversation: s.Conversation, Who: t.who, Owner: s.Owner, Identity: t.who.Identity, Now: t.Now(),
			Platform: t.in.Platform, Chat: t.in.Chat, Shared: t.in.Shared,
			Text:   func(text Text) string { return t.Words.Text(text, reader(t.who)) },
			Speak:  func(locale string) { t.who.Locale = locale },
			hand:   func(l Launch) { to = &l },
			Become: func(who actions.Actor) { t.who = who },
		}
		err := step.run(c)
		if kept := (*actions.Error)(nil); errors.As(err, &kept) && kept.Kept {
			return Called{Step: effect.Step, Err: failure(kept)}, nil, nil // what it wrote is committed with the turn
		}
		if err != nil {
			return Called{}, nil, t.failure(effect, d, err)
		}
		break
	}
	data, err := json.Marshal(f)
	return Called{Step: effect.Step, Data: data}, to, err
}

// failure decides what an action's error becomes: something the person reads, or an interaction that failed.
func (t *talk) failure(effect Effect, d Def, err error) error {
	if errors.Is(err, store.ErrConflict) || errors.Is(err, context.Canceled) {
		return err
	}
	e := actions.AsError(err)
	switch {
	case errors.Is(err, store.ErrUnavailable):
		e = &actions.Error{Code: actions.Unavailable, Key: "error.unavailable", Err: err}
		t.Log.Warn("action unavailable", "flow", d.Name, "step", effect.Step, "err", err)
	case e.Code == actions.Internal:
		return err // answered with an apology and an id
	}
	return &failedStep{key: effect.Key, err: e}
}

// save keeps the conversation under its new revision; store.ErrConflict when another replica was faster.
func (t *talk) save(d Def, s State, saved store.Conversation, view View, known bool) (answer, error) {
	blob, err := json.Marshal(s)
	if err != nil {
		return answer{}, err
	}
	expected := 0 // not stored yet
	if known {
		expected = saved.Revision
	}
	saved.Blob, saved.Revision, saved.Open, saved.UpdatedAt = blob, s.Revision, !s.Ended, t.Now()
	if err := t.tx.SaveConversation(saved, expected); err != nil {
		return answer{flow: d.Name}, err
	}
	return answer{view: view, reader: reader(t.who), replace: known, flow: d.Name}, nil
}

// pressCard handles a button on a live card in a room: it launches a flow for whoever pressed it, unless the card has
// changed since it was drawn.
func (t *talk) pressCard(kind, id string, token Token) (answer, error) {
	card, ok := t.cards[kind]
	if !ok {
		return t.notice("error.stale"), nil
	}
	view, launches, err := card.View(t.ctx, id, t.who)
	if err != nil {
		return answer{}, err
	}
	launch, ok := launches[token.Button]
	if !ok || token.Revision != view.Token.Revision {
		view.Problem = &Problem{Text: T("error.stale")}
		return answer{view: view, reader: reader(t.who), flow: kind}, nil
	}
	return t.launch(launch, token)
}
