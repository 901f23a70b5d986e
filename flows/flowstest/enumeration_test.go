package flowstest

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// An ear hears the statements of a store.
type ear struct {
	mu    sync.Mutex
	heard []string
}

func (e *ear) hear(sql string, _ []any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !strings.Contains(sql, "pg_notify") { // after the commit, once for many interactions
		e.heard = append(e.heard, strings.Join(strings.Fields(sql), " "))
	}
}

func (e *ear) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.heard
	e.heard = nil
	return all
}

// TestUnknownCostsWhatKnownCosts compares all that a stranger could tell somebody known by: what he reads, and what his
// turns have the database do, statement by statement, up to the jobs that are enqueued. Whether a mail goes out is decided
// in a job, when the answer has long been shown. Nothing here looks at a clock.
func TestUnknownCostsWhatKnownCosts(t *testing.T) {
	t.Parallel()
	const shop = `{now: 2026-03-10T12:00:00Z, locale: en, people: {ana: agent}, flood: 60,
buyers: {paulo: paulo@example.com},
purchases: {
  HP1100000101: {product: Pão em Casa, buyer: Marina Duarte <marina@example.com>, price: 97.00 BRL},
  HP1100000102: {product: Tudo, kind: bundle, contents: [Pão em Casa, Receitas], buyer: Paulo <paulo@example.com>, price: 97.00 BRL},
  HP1100000103: {product: Tudo, kind: bundle, contents: [Pão em Casa, Receitas], buyer: Marina Duarte <marina@example.com>, price: 97.00 BRL}}}`
	for name, pair := range map[string]struct {
		who            string
		known, unknown []string // what he says
	}{
		"an address":           {"otto", []string{"/find", "marina@example.com", "999999", "999998"}, []string{"/find", "nobody@example.com", "999999", "999998"}},
		"a code of a purchase": {"otto", []string{"/find", "HP1100000101", "999999"}, []string{"/find", "HP1100000999", "999999"}},
		"one of a bundle":      {"otto", []string{"/refund", "HP1100000103", "1"}, []string{"/refund", "HP1100000999", "1"}},
		"an address that has had its codes": {"otto",
			[]string{"/find HP1100000101", "/find HP1100000101", "/find HP1100000101", "/find marina@example.com", "999999"},
			[]string{"/find HP1100000101", "/find HP1100000101", "/find HP1100000101", "/find nobody@example.com", "999999"}},
		"another buyer's purchase":            {"paulo", []string{"/refund", "HP1100000101"}, []string{"/refund", "HP1100000999"}},
		"another buyer's bundle, in a search": {"paulo", []string{"/find HP1100000103", "/resend", "HP1100000103"}, []string{"/find HP1100000999", "/resend", "HP1100000999"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for dialect, open := range map[string]func(testing.TB, ...func(*store.Options)) *store.Store{"sqlite": storetest.New, "postgres": storetest.Postgres} {
				play := func(lines []string) (all [][]string) {
					var e ear
					w := openOn(t, open(t, func(o *store.Options) { o.Trace = e.hear }), parseGiven(t, []byte(shop)))
					say := func(text string) []string {
						e.take()
						in := flow.Inbound{Platform: platform, Chat: "@" + pair.who, User: pair.who, Forms: false, Input: flow.Typed{Text: text}}
						if word, rest, _ := strings.Cut(text, " "); strings.HasPrefix(word, "/") {
							in.Input = flow.Command{Word: word, Rest: rest}
						}
						w.chats.speaker = "@" + pair.who
						if err := w.runner.Handle(t.Context(), in, screen{w.chats, "@" + pair.who}); err != nil {
							t.Fatal(err)
						}
						return append(e.take(), w.chats.take()...)
					}
					say("/help") // who he is
					for _, line := range lines {
						turn := say(line)
						w.settle(t)
						all = append(all, turn)
					}
					return all
				}
				known, unknown := play(pair.known), play(pair.unknown)
				for i := range unknown {
					for j := range unknown[i] { // he is shown what he typed himself
						unknown[i][j] = strings.ReplaceAll(unknown[i][j], "HP1100000999", "HP1100000101")
					}
					for j := range known[i] {
						known[i][j] = strings.ReplaceAll(known[i][j], "HP1100000103", "HP1100000101")
					}
					if d := cmp.Diff(known[i], unknown[i]); d != "" {
						t.Errorf("%s: after %q a stranger tells the known from the unknown (-known +unknown)\n%s", dialect, pair.unknown[:i+1], d)
					}
				}
			}
		})
	}
}
