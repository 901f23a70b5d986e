package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// pageWords are the words of the link that a chat shows to a buyer.
func (w *world) pageWords(who actions.Actor) string {
	w.t.Helper()
	links, err := w.core.MyPages(w.t.Context(), who)
	w.must(err)
	if len(links) == 0 {
		w.t.Fatal("there is no link")
	}
	return wordsOf(w.core.PageURL(links[0]))
}

func wordsOf(url string) string {
	_, words, _ := strings.Cut(url, actions.MyPagePath)
	return words
}

// mailedPage are the words of the last link that was mailed to an address; empty: there was none.
func (w *world) mailedPage(to actions.Email) (words string) {
	w.work()
	for _, m := range w.mailbox.Sent() {
		if m.To == to && m.Values.PageURL != "" {
			words = wordsOf(m.Values.PageURL)
		}
	}
	return words
}

func (w *world) page(words string) actions.MyPage {
	w.t.Helper()
	page, err := w.core.MyPage(w.t.Context(), words, "")
	w.must(err)
	return page
}

func TestMyPageShowsOneAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP900", w.paulo)
		for i := range 23 {
			w.bought(fmt.Sprintf("HP1%02d", i), w.marina, func(p *store.Purchase) { p.OrderedAt = p.OrderedAt.Add(time.Duration(i) * time.Minute) })
		}
		words := w.pageWords(w.marina)
		page := w.page(words)
		if !page.Open || page.Email != "m•••e@e•••e.com" || page.Shop != "Cozinha da Ana" || len(page.Purchases) != 20 || page.Next == "" ||
			page.Purchases[0].Transaction != "HP122" || !page.Until.Equal(start.AddDate(0, 0, actions.MyPageDays)) {
			t.Errorf("the page is %+v", page)
		}
		first := page.Purchases[0]
		if len(first.Enter) != 1 || first.Enter[0].AccessURL != "https://club.example/pao" || !strings.HasPrefix(first.ChatURL, "https://t.me/") {
			t.Errorf("the first purchase is %+v", first)
		}
		older, err := w.core.MyPage(t.Context(), words, page.Next)
		w.must(err)
		if len(older.Purchases) != 3 || older.Next != "" || older.Purchases[2].Transaction != "HP100" {
			t.Errorf("the older ones are %+v", older)
		}
		if _, err := w.core.MyPage(t.Context(), words, "nonsense"); key(err) != "error.cursor" {
			t.Errorf("a made-up cursor: %v", err)
		}
		foreign, err := w.core.Find(t.Context(), w.rui, actions.Filter{Limit: 1}) // a place in somebody else's list
		w.must(err)
		if got, err := w.core.MyPage(t.Context(), words, foreign.Next); err != nil || len(got.Purchases) == 0 || got.Purchases[0].Buyer.ID != "marina" {
			t.Errorf("with the team's cursor: %+v, %v", got, err)
		}
	})
}

// TestMyPageEnds tries each thing that ends a link, and that nothing else opens it.
func TestMyPageEnds(t *testing.T) {
	t.Parallel()
	ends := map[string]func(w *world){
		"after its days":         func(w *world) { w.pass(actions.MyPageDays*24*time.Hour + time.Second) },
		"a chat was sent away":   func(w *world) { w.must(w.revoke(w.marina, actions.RevokeInput{Buyer: "marina", Device: "i-marina"})) },
		"by the team":            func(w *world) { w.must(w.revoke(w.ana, actions.RevokeInput{Transaction: "HP100", Note: "lost phone"})) },
		"the e-mail was changed": func(w *world) { w.stolen("HP100", "thief@example.org") },
		"the buyer was erased": func(w *world) {
			_, err := w.core.EraseBuyer(w.t.Context(), shop, "marina.duarte@example.com")
			w.must(err)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := worldOn(t, s)
				w.bought("HP100", w.marina)
				words := w.pageWords(w.marina)
				if !w.page(words).Open {
					t.Fatal("it is not open to begin with")
				}
				end(w)
				if got := w.page(words); got.Open || len(got.Purchases) > 0 || got.Email != "" {
					t.Errorf("it still shows %+v", got)
				}
			})
		})
	}
}

// TestMyPageLinksAreSigned: altered ones, those for something else, and those of somebody else.
func TestMyPageLinksAreSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.bought("HP200", w.paulo)
	words := w.pageWords(w.marina)
	theirs := strings.Replace(words, "marina", "paulo", 1)
	later := strings.Replace(words, "_0_", "_1_", 1)
	w.stolen(code, "thief@example.org")
	for _, forged := range []string{"", "_", "__", words + "x", words[:len(words)-1], strings.ToUpper(words), theirs, later, w.notMe("marina.duarte@example.com")} {
		if _, err := w.core.MyPage(t.Context(), forged, ""); key(err) != "link.unknown" {
			t.Errorf("%q opens a page: %v", forged, err)
		}
		if err := w.core.AskPage(t.Context(), actions.AskPageInput{Words: forged}); forged != "" && key(err) != "link.unknown" {
			t.Errorf("%q has a link mailed: %v", forged, err)
		}
	}
	if _, err := w.core.NotMe(t.Context(), words); key(err) != "link.unknown" {
		t.Errorf("the link to a page puts e-mails back: %v", err)
	}
	if got, ok := w.core.OpenLink(t.Context(), words); ok {
		t.Errorf("the link to a page opens %s in a chat", got)
	}
}

// TestMyPageOfAChat ends with what the chat has proved, and nobody else gets one.
func TestMyPageOfAChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	w.pass((actions.ProofDays - 2) * 24 * time.Hour)
	links, err := w.core.MyPages(t.Context(), w.marina)
	w.must(err)
	if want := start.AddDate(0, 0, actions.ProofDays); len(links) != 1 || !links[0].Until.Equal(want) {
		t.Errorf("the links are %+v, want one until %v", links, want)
	}
	for _, who := range []actions.Actor{w.ana, w.rui, w.stranger("who")} {
		if links, err := w.core.MyPages(t.Context(), who); key(err) != "error.role" || len(links) > 0 {
			t.Errorf("%s gets %v, %v", who.ID, links, err)
		}
	}
}

// TestAskPageTellsNothing compares what is answered, and counted, for somebody known with what is for somebody who is not.
func TestAskPageTellsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		answers := map[string]string{}
		for i, known := range []string{"HP100", "HP999", "marina.duarte@example.com", "nobody@example.com"} {
			var got []string
			for range 4 {
				err := w.core.AskPage(t.Context(), actions.AskPageInput{Account: shop, Known: known, From: fmt.Sprint("10.0.0.", i)})
				got = append(got, key(err))
			}
			answers[known] = strings.Join(got, " ")
			w.work()
			w.pass(2 * time.Hour)
		}
		for known, got := range answers {
			if got != "<nil> <nil> <nil> code.too_many" {
				t.Errorf("%s is answered %s", known, got)
			}
		}
		equal(t, "mails", w.mails(), []string{"page_link marina.duarte@example.com", "page_link marina.duarte@example.com", "page_link marina.duarte@example.com",
			"page_link marina.duarte@example.com", "page_link marina.duarte@example.com", "page_link marina.duarte@example.com"})
		if err := w.core.AskPage(t.Context(), actions.AskPageInput{Account: shop, Known: "a@b", From: "x"}); actions.AsError(err).Code != actions.Invalid {
			t.Errorf("nonsense: %v", err)
		}
	})
}

// TestAskPageIsLimited by who asks, also when he asks for many, and by address together with codes.
func TestAskPageIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	ask := func(from, known, want string) {
		t.Helper()
		if err := w.core.AskPage(t.Context(), actions.AskPageInput{Account: shop, Known: known, From: from}); key(err) != want {
			t.Errorf("%s for %s: %v, want %s", from, known, err, want)
		}
	}
	for i := range 6 {
		ask("a", fmt.Sprintf("x%d@example.com", i), "<nil>")
	}
	ask("a", "y@example.com", "code.too_many")
	w.pass(time.Hour + time.Second)
	for range 3 {
		_, err := w.sendCode(w.stranger(w.newID()), "HP100")
		w.must(err)
	}
	ask("b", "marina.duarte@example.com", "<nil>") // he is answered as ever
	if words := w.mailedPage("marina.duarte@example.com"); words != "" {
		t.Errorf("a fourth mail in an hour went to one address")
	}
}

// TestOldLinkBringsANewOne: to the address that the purchases have now, and to nobody else.
func TestOldLinkBringsANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	words := w.pageWords(w.marina)
	w.pass(8 * 24 * time.Hour)
	w.must(w.core.AskPage(t.Context(), actions.AskPageInput{Words: words, From: "a"}))
	fresh := w.mailedPage("marina.duarte@example.com")
	if fresh == "" || fresh == words || !w.page(fresh).Open {
		t.Errorf("the new link is %q", fresh)
	}
	w.stolen("HP100", "new@example.org") // she moved, in truth
	w.pass(2 * time.Hour)
	w.must(w.core.AskPage(t.Context(), actions.AskPageInput{Words: fresh, From: "a"}))
	if got := w.mailedPage("marina.duarte@example.com"); got != fresh {
		t.Error("the old mailbox gets a link to a purchase that is elsewhere")
	}
	if got := w.mailedPage("new@example.org"); got == "" || !w.page(got).Open {
		t.Errorf("the new mailbox gets %q", got)
	}
}

// TestMailsLeadToThePage: those about purchases and refunds, each to the page of the mailbox that it goes to.
func TestMailsLeadToThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	_, err := w.resend(w.ana, "k", code)
	w.must(err)
	words := w.mailedPage("marina.duarte@example.com")
	if page := w.page(words); !page.Open || len(page.Purchases) != 1 {
		t.Errorf("%q shows %+v", words, page)
	}
}

func TestRefundStandings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		words := w.pageWords(w.marina)
		is := func(code actions.Transaction, want actions.RefundState) actions.RefundStanding {
			t.Helper()
			for _, p := range w.page(words).Purchases {
				if p.Transaction == code {
					if p.Refund.State != want || want != actions.RefundNone && p.Refund.At.IsZero() {
						t.Errorf("%s stands at %+v, want %q", code, p.Refund, want)
					}
					return p.Refund
				}
			}
			t.Errorf("%s is not on the page", code)
			return actions.RefundStanding{}
		}
		dear := func(p *store.Purchase) { p.Amount = 20000 }
		asked, proposal := w.proposed("HP100", w.marina)
		if got := is(asked, actions.RefundAsked); !got.Until.After(w.clock()) {
			t.Errorf("it is answered by %v", got.Until)
		}
		_, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: proposal, Reason: "Assistido até o fim."})
		w.must(err)
		if got := is(asked, actions.RefundDenied); got.Reason != "Assistido até o fim." {
			t.Errorf("the reason is %q", got.Reason)
		}
		lapsed, _ := w.proposed("HP101", w.marina)
		w.pass(80 * time.Hour)
		w.periodic()
		is(lapsed, actions.RefundClosed)

		cheap := w.bought("HP102", w.marina, func(p *store.Purchase) { p.Amount = 5000 })
		is(cheap, actions.RefundNone)
		w.refund(w.marina, "r", cheap)
		is(cheap, actions.RefundUnderWay)
		w.work()
		is(cheap, actions.RefundDone)
		if p := w.page(words); p.Purchases[0].Transaction == cheap && len(p.Purchases[0].Enter) > 0 {
			t.Error("what was refunded can still be entered")
		}
		for code, status := range map[string]actions.Status{"HP103": actions.Disputed, "HP104": actions.Chargeback, "HP105": actions.PartlyRefunded} {
			w.bought(code, w.marina, dear, func(p *store.Purchase) { p.Status = string(status) })
		}
		is("HP103", actions.RefundClaimed)
		is("HP104", actions.RefundChargeback)
		is("HP105", actions.RefundPart)
	})
}

func FuzzMyPageWords(f *testing.F) {
	w := &world{}
	for _, seed := range []string{"", "_", "marina_0_tc1lc0_eb2c26866cd8615eda8c51ce", "a_b_c_d", "_____________________________"} {
		f.Add(seed)
	}
	core := actions.New(actions.Options{Now: w.clock, Vault: secrets})
	f.Fuzz(func(t *testing.T, words string) {
		// Without the secret nobody makes a link, so that the store, which is not there, is never asked.
		if _, err := core.MyPage(t.Context(), words, ""); key(err) != "link.unknown" {
			t.Errorf("%q: %v", words, err)
		}
	})
}
