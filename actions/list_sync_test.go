package actions_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// A manager is a list manager in memory: who is on its one list, by buyer.
type manager struct {
	on    map[string]actions.Email
	ended []string // who has unsubscribed there
	fail  int      // calls that fail
}

func (m *manager) broken() error {
	if m.fail > 0 {
		m.fail--
		return errors.New("does not answer")
	}
	return nil
}

func (m *manager) Ensure(context.Context, string) (int64, error) { return 7, m.broken() }

func (m *manager) Put(_ context.Context, _ int64, s actions.Subscriber) error {
	err := m.broken()
	if err == nil {
		m.on[s.Buyer] = s.Email
	}
	return err
}

func (m *manager) Drop(_ context.Context, _ int64, s actions.Subscriber, _ bool) error {
	delete(m.on, s.Buyer)
	return m.broken()
}

func (m *manager) Forget(_ context.Context, buyer string) error {
	delete(m.on, buyer)
	return m.broken()
}

func (m *manager) Unsubscribed(context.Context, int64, int) ([]string, bool, error) {
	return m.ended, false, m.broken()
}

func (m *manager) String() string {
	var all []string
	for _, email := range m.on {
		all = append(all, string(email))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// A list that is kept at a list manager is there as it is here, whatever happens, and who ends it there ends it here.
func TestListsAreKeptElsewhereToo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		there := &manager{on: map[string]actions.Email{}}
		w := worldOn(t, s)
		w.core = actions.New(actions.Options{Store: s, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID, Vault: secrets, ListTarget: there})
		want := func(emails string) {
			t.Helper()
			w.work()
			if got := fmt.Sprint(there); got != emails {
				t.Errorf("there: %q, want %q", got, emails)
			}
		}
		list := w.list("Students")
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: list, Undo: true})
		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		want("")
		w.must(w.core.SyncList(t.Context(), w.bia, "s1", list))
		want("marina.duarte@example.com")
		w.sells("HP2", "paulo@example.net", actions.Approved)
		w.sells("HP3", "ines@example.org", actions.Approved)
		want("ines@example.org marina.duarte@example.com paulo@example.net")
		w.sells("HP1", "marina.duarte@example.com", actions.Refunded)
		want("ines@example.org paulo@example.net")
		_, err := w.core.OptOut(t.Context(), w.paulo, actions.OptOutInput{Key: "o1", Buyer: "paulo", Kind: actions.MailNews})
		w.must(err)
		want("ines@example.org")
		_, err = w.core.OptOut(t.Context(), w.paulo, actions.OptOutInput{Key: "o2", Buyer: "paulo", Kind: actions.MailNews, Again: true})
		w.must(err)
		want("ines@example.org paulo@example.net")

		there.ended = []string{"paulo", "nobody that is known"}
		w.must(w.core.Handlers()[actions.JobListBack](t.Context(), jobs.Job{}))
		w.must(w.core.Handlers()[actions.JobListBack](t.Context(), jobs.Job{}))
		want("ines@example.org")
		equal(t, "audit", w.audit("paulo"), []string{"i-paulo mail_kind.declined", "i-paulo mail_kind.wanted", "system mail_kind.declined"})

		_, err = w.core.EraseBuyer(t.Context(), shop, "ines@example.org")
		w.must(err)
		want("")
	})
}
