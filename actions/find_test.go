package actions_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestFind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		joao := w.buyer("joao", "João Ávila Neto", "joao.neto@empresa.com.br")
		at := func(days int, more func(*store.Purchase)) func(*store.Purchase) {
			return func(p *store.Purchase) {
				p.OrderedAt = start.AddDate(0, 0, -days)
				if more != nil {
					more(p)
				}
			}
		}
		w.bought("HP1", w.marina, at(1, nil))
		w.bought("HP2", w.paulo, at(2, func(p *store.Purchase) { p.Status = "refunded" }))
		w.bought("HP3", joao, at(3, func(p *store.Purchase) { p.ProductID = "bundle" }))
		w.bought("HP4", w.marina, at(4, func(p *store.Purchase) { p.ProductID = "club" }))
		for _, c := range []struct {
			name   string
			who    actions.Actor
			filter actions.Filter
			want   []string
		}{
			{"everything, newest first", w.ana, actions.Filter{}, []string{"HP1", "HP2", "HP3", "HP4"}},
			{"a code", w.ana, actions.Filter{Transaction: "HP3"}, []string{"HP3"}},
			{"a part of a code", w.ana, actions.Filter{Transaction: "HP"}, nil},
			{"a whole address", w.ana, actions.Filter{Email: " Marina.Duarte@EXAMPLE.com"}, []string{"HP1", "HP4"}},
			{"the beginning of an address that is one", w.ana, actions.Filter{Email: "joao.neto@empresa.com"}, []string{"HP3"}},
			{"the beginning of an address", w.ana, actions.Filter{Email: "marina.d"}, []string{"HP1", "HP4"}},
			{"a word in an address", w.ana, actions.Filter{Email: "dua"}, []string{"HP1", "HP4"}},
			{"a domain", w.ana, actions.Filter{Email: "@empresa"}, []string{"HP3"}},
			{"an address that nobody has", w.ana, actions.Filter{Email: "nobody@example.com"}, nil},
			{"a name without accents", w.ana, actions.Filter{Name: "joao avila"}, []string{"HP3"}},
			{"beginnings of names in any order", w.ana, actions.Filter{Name: "NET jo"}, []string{"HP3"}},
			{"a name of two people", w.ana, actions.Filter{Name: "ávila"}, []string{"HP2", "HP3"}},
			{"words that nobody has together", w.ana, actions.Filter{Name: "joao duarte"}, nil},
			{"a product's beginning", w.ana, actions.Filter{Product: "PÃO"}, []string{"HP1", "HP2"}},
			{"a product's code", w.ana, actions.Filter{Product: "4100002"}, []string{"HP4"}},
			{"no such product", w.ana, actions.Filter{Product: "zzz"}, nil},
			{"a status", w.ana, actions.Filter{Status: actions.Refunded}, []string{"HP2"}},
			{"a period, its end left out", w.ana, actions.Filter{From: start.AddDate(0, 0, -3), To: start.AddDate(0, 0, -1)}, []string{"HP2", "HP3"}},
			{"all together", w.ana, actions.Filter{Email: "marina", Name: "duarte", Product: "pao", Status: actions.Approved, From: start.AddDate(0, 0, -2)}, []string{"HP1"}},
			{"a buyer's own", w.marina, actions.Filter{}, []string{"HP1", "HP4"}},
			{"a buyer, somebody else's code", w.marina, actions.Filter{Transaction: "HP2"}, nil},
			{"a buyer, somebody else's address", w.marina, actions.Filter{Email: "paulo@example.net"}, nil},
			{"a chat user without purchases", w.actor("telegram", "stranger"), actions.Filter{}, nil},
			{"another shop's agent", actions.Actor{ID: "x", Account: "other", Role: actions.Agent}, actions.Filter{}, nil},
			{"what could be an injection", w.ana, actions.Filter{Name: `x' OR "1"="1 %`}, nil},
		} {
			page, err := w.core.Find(t.Context(), c.who, c.filter)
			w.must(err)
			equal(t, c.name, codes(page), c.want)
		}
	})
}

func codes(p actions.Page) (all []string) {
	for _, p := range p.Purchases {
		all = append(all, string(p.Transaction))
	}
	return all
}

func TestFindBySubscribersCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.subscribed("MARINA25", w.marina)
		w.subscribed("MARINA", w.paulo) // as a word, it is somebody's name
		w.subscribed("OTTOXQ", w.paulo) // and this is nobody's
		for _, c := range []struct {
			name   string
			who    actions.Actor
			filter actions.Filter
			want   []string
		}{
			{"all charges, newest first", w.ana, actions.Filter{Transaction: "MARINA25"}, []string{"HPMARINA252", "HPMARINA251"}},
			{"a code without digits", w.ana, actions.Filter{Name: "ottoxq"}, []string{"HPOTTOXQ2", "HPOTTOXQ1"}},
			{"a name goes first", w.ana, actions.Filter{Name: "marina"}, []string{"HPMARINA252", "HPMARINA251"}},
			{"a charge", w.ana, actions.Filter{Transaction: "HPMARINA251"}, []string{"HPMARINA251"}},
			{"with another filter", w.ana, actions.Filter{Transaction: "MARINA25", From: start.AddDate(0, 0, -10)}, []string{"HPMARINA252"}},
			{"a buyer's own", w.marina, actions.Filter{Transaction: "MARINA25"}, []string{"HPMARINA252", "HPMARINA251"}},
			{"a buyer, somebody else's", w.paulo, actions.Filter{Transaction: "MARINA25"}, nil},
			{"another shop's agent", actions.Actor{ID: "x", Account: "other", Role: actions.Agent}, actions.Filter{Transaction: "MARINA25"}, nil},
			{"no such code", w.ana, actions.Filter{Transaction: "NOSUCH25"}, nil},
		} {
			page, err := w.core.Find(t.Context(), c.who, c.filter)
			w.must(err)
			var got []string
			for _, p := range page.Purchases {
				got = append(got, string(p.Transaction))
			}
			equal(t, c.name, got, c.want)
		}
	})
}

func TestFindPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range 25 {
		code := fmt.Sprintf("HP%02d", i)
		w.bought(code, w.marina, func(p *store.Purchase) { p.OrderedAt = start.Add(-time.Duration(i/3) * time.Hour) }) // threes at one instant
		want = append(want, code)
	}
	for _, filter := range []actions.Filter{{Limit: 4}, {Limit: 4, Email: "marina"}, {Limit: 4, Email: "marina.duarte@example.com"}, {Limit: 4, Email: "marina.duarte@example.co"}} {
		var got []string
		for n := 0; ; n++ {
			page, err := w.core.Find(t.Context(), w.ana, filter)
			w.must(err)
			got = append(got, codes(page)...)
			if n == 1 { // a purchase that comes in while somebody pages shifts nothing
				w.bought(fmt.Sprint("NEW", filter.Email), w.marina)
				w.change(actions.Transaction(fmt.Sprint("NEW", filter.Email)), func(p *store.Purchase) { p.OrderedAt = start.Add(time.Hour) })
			}
			if filter.Cursor = page.Next; filter.Cursor == "" {
				break
			}
		}
		old := got[:0:0]
		for _, code := range got {
			if code[:2] == "HP" {
				old = append(old, code)
			}
		}
		if len(old) != len(want) {
			t.Errorf("%q: %d purchases in pages, want %d: %v", filter.Email, len(old), len(want), old)
		}
		seen := map[string]bool{}
		for _, code := range old {
			if seen[code] {
				t.Errorf("%s came twice", code)
			}
			seen[code] = true
		}
	}
}

func TestFindRefusesWhatFindsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		filter     actions.Filter
		key, field string
	}{
		{actions.Filter{Email: "@"}, "", ""},
		{actions.Filter{Email: "a"}, "find.too_short", "email"},
		{actions.Filter{Name: "é"}, "find.too_short", "name"},
		{actions.Filter{Product: "p"}, "find.too_short", "product"},
		{actions.Filter{Status: "paid"}, "find.unknown_status", "status"},
		{actions.Filter{From: start, To: start}, "find.wrong_period", "period"},
		{actions.Filter{Cursor: "%%%"}, "error.cursor", ""},
		{actions.Filter{Cursor: "e30"}, "error.cursor", ""},
	} {
		_, err := w.core.Find(t.Context(), w.ana, c.filter)
		if e := actions.AsError(err); e == nil && c.key != "" || e != nil && (e.Key != c.key || e.Field != c.field || e.Code != actions.Invalid) {
			t.Errorf("%+v: error %+v", c.filter, e)
		}
	}
	_, err := w.core.Find(t.Context(), actions.Actor{Role: actions.System, Account: shop}, actions.Filter{})
	wantError(t, err, actions.Denied, "error.role")
}
