package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestADeliveryIsSeenOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, want := range []bool{true, false} {
			first, err := s.Seen("a", "slack", "e1", noon)
			if err != nil {
				t.Fatal(err)
			}
			if first != want {
				t.Errorf("delivery %d: first is %v", i, first)
			}
		}
		for _, other := range [][3]string{{"b", "slack", "e1"}, {"a", "telegram", "e1"}, {"a", "slack", "e2"}} {
			if first, err := s.Seen(other[0], other[1], other[2], noon); err != nil || !first {
				t.Errorf("%v: %v, %v", other, first, err)
			}
		}
		n, err := s.ForgetInbound("a", "slack", time.Now().Add(time.Hour), 1)
		if err != nil {
			t.Fatal(err)
		}
		same(t, n, 1)
	})
}

func TestCardsOfASubject(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cards := []store.Card{
			{ID: "1", AccountID: "a", Subject: "proposal:p", Platform: "slack", Chat: "#approvals", Message: "m1", Shared: true, Revision: 1, CreatedAt: noon, UpdatedAt: noon},
			{ID: "2", AccountID: "a", Subject: "proposal:p", Platform: "telegram", Chat: "5001", Message: "m2", Revision: 1, CreatedAt: noon, UpdatedAt: noon},
			{ID: "3", AccountID: "b", Subject: "proposal:p", CreatedAt: noon, UpdatedAt: noon},
		}
		for _, c := range cards {
			if err := s.SaveCard(c); err != nil {
				t.Fatal(err)
			}
		}
		cards[0].Revision, cards[0].UpdatedAt = 2, noon.Add(time.Minute)
		if err := s.SaveCard(cards[0]); err != nil {
			t.Fatal(err)
		}
		got, err := s.CardsOf("a", "proposal:p", 10)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, cards[:2])
		if err := errors.Join(s.DeleteCard("1"), s.DeleteCard("1")); err != nil {
			t.Error(err)
		}
		if _, err := s.Card("1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestTheOutboxTakesAKeyOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := store.Mail{ID: "m1", AccountID: "a", Key: "k", Recipient: "joao@example.com", Values: []byte(`{}`), CreatedAt: noon}
		if added, err := s.AddMail(m); !added || err != nil {
			t.Fatal(added, err)
		}
		again := m
		again.ID = "m2"
		if added, err := s.AddMail(again); added || err != nil {
			t.Errorf("the same key twice: %v, %v", added, err)
		}
		if fresh, err := s.MailSent("m1", noon); err != nil || !fresh {
			t.Fatal(err)
		}
		if fresh, err := s.MailSent("m1", noon); err != nil || fresh {
			t.Errorf("sent twice: %v, %v", fresh, err)
		}
		m.SentAt = &noon
		got, err := s.Mails("a", "", 10)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, []store.Mail{m})
		if got, err = s.Mails("a", "m1", 10); err != nil || len(got) != 0 {
			t.Errorf("older than the oldest: %v, %v", got, err)
		}
	})
}

func TestConstraintsAreConflicts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		account := store.Account{ID: "a", CreatedAt: noon}
		if err := s.DB().Create(&account).Error; err != nil {
			t.Fatal(err)
		}
		for name, row := range map[string]any{
			"duplicate":   &account,
			"foreign key": &store.Person{ID: "p", AccountID: "nobody", CreatedAt: noon},
		} {
			if err := s.DB().Create(row).Error; !errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: got %v, want ErrConflict", name, err)
			}
		}
	})
}
