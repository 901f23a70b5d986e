package actions

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
)

func TestGuaranteeEnds(t *testing.T) {
	t.Parallel()
	approved := noon
	at := func(days int) *time.Time { end := approved.AddDate(0, 0, days); return &end }
	for _, c := range []struct {
		name     string
		approved *time.Time
		told     *time.Time
		days     int
		currency string
		want     *time.Time
	}{
		{"what the platform told", &approved, at(30), 7, "BRL", at(30)},
		{"the product's days", &approved, nil, 15, "BRL", at(15)},
		{"nobody knows", &approved, nil, 0, "BRL", nil},
		{"unpaid, but told", nil, at(30), 7, "BRL", at(30)},
		{"unpaid", nil, nil, 7, "BRL", nil},
		{"less than the law, in reais", &approved, at(3), 0, "BRL", at(7)},
		{"exactly the law", &approved, at(7), 0, "BRL", at(7)},
		{"less, elsewhere", &approved, at(3), 0, "USD", at(3)},
	} {
		got := guaranteeEnds(store.Purchase{ApprovedAt: c.approved, GuaranteeEnds: c.told, Currency: c.currency}, store.Product{GuaranteeDays: c.days})
		if want := value(c.want); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
	for _, c := range []struct {
		name           string
		told           *time.Time
		days, promised int
		want           *time.Time
	}{
		{"longer than the product's", nil, 7, 30, at(30)},
		{"longer than the platform told", at(7), 7, 30, at(30)},
		{"the platform told more", at(45), 7, 30, at(45)},
		{"nobody else knows", nil, 0, 15, at(15)},
	} {
		got := guaranteeEnds(store.Purchase{ApprovedAt: &approved, GuaranteeEnds: c.told, Currency: "BRL"}, store.Product{GuaranteeDays: c.days, PromisedDays: c.promised})
		if want := value(c.want); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

// TestPromisesAreKept: what was paid while a longer guarantee was promised keeps it when the shop takes it back.
func TestPromisesAreKept(t *testing.T) {
	t.Parallel()
	p := store.Product{GuaranteeDays: 7}
	take := func(promise int, at time.Time) {
		t.Helper()
		p.PromisedDays = promise
		kept, err := takeBack(p, at)
		if err != nil {
			t.Fatal(err)
		}
		p.PromisedDays, p.KeptPromises = 0, kept
	}
	take(30, noon)
	take(15, noon.AddDate(0, 0, 10))
	for _, c := range []struct {
		paid time.Duration
		want int
	}{{-day, 30}, {0, 30}, {day, 15}, {10 * day, 15}, {11 * day, 0}} {
		if got := promisedDays(p, noon.Add(c.paid)); got != c.want {
			t.Errorf("paid %s after the first was taken back: %d days, want %d", c.paid, got, c.want)
		}
	}
	p.PromisedDays = 20
	if got := promisedDays(p, noon.Add(11*day)); got != 20 {
		t.Errorf("promised again: %d days, want 20", got)
	}
	take(60, noon.AddDate(0, 0, 400))
	if kept := keptPromises(p); len(kept) != 1 || kept[0].Days != 60 {
		t.Errorf("what binds nobody is still there: %v", kept)
	}
}

func TestFailedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	ours := &Error{Code: Denied, Key: "error.role"}
	for _, c := range []struct {
		err  error
		code Code
		key  string
	}{
		{fmt.Errorf("commit: %w", store.ErrUnavailable), Unavailable, "error.unavailable"},
		{context.DeadlineExceeded, Unavailable, "error.unavailable"},
		{store.ErrConflict, Conflict, "error.changed"},
		{errors.New("no such column"), Internal, "error.internal"},
		{fmt.Errorf("wrapped: %w", ours), Denied, "error.role"},
	} {
		got := AsError(failed("refund", c.err))
		if got.Code != c.code || got.Key != c.key {
			t.Errorf("%v: %s %s, want %s %s", c.err, got.Code, got.Key, c.code, c.key)
		}
		if got != ours && !errors.Is(got, c.err) {
			t.Errorf("%v: the cause is lost", c.err)
		}
	}
	if failed("refund", nil) != nil {
		t.Error("no error became one")
	}
}
