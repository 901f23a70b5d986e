package actions

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// linkMine leads whoever reads a mailbox, or has proved to, to the page of its purchases.
const linkMine linkPurpose = "mine"

// MyPagePath is where those links lead, below the public address; their words follow. Without words a link can be asked for.
const MyPagePath = PagesPath + "mine/"

// MyPageDays is how long such a link is good that was mailed. One that a chat shows ends with the chat's proof, if that is
// sooner.
const MyPageDays = 7

// myPageListed is how many purchases the page shows at once.
const myPageListed = 20

// A MyPage is what a buyer reads about his purchases without a chat: what one address has bought, and no more than a chat
// shows that was proved to be its owner's.
type MyPage struct {
	Open         bool // else the link is over: its days are, or it was ended
	Shop         string
	SupportEmail string
	Locale       string // of the buyer's mails; empty: not known
	Timezone     string
	Email        string // masked
	Until        time.Time
	Purchases    []MyPurchase
	Next         string // cursor of older ones; empty: there are none
}

// A MyPurchase is one of them.
type MyPurchase struct {
	Purchase
	Enter   []Product // what he can enter now, each with its AccessURL
	Refund  RefundStanding
	ChatURL string // where he goes on in a chat with this purchase; empty: there is no such chat
}

// MyPage returns what the words of a link show now. It changes nothing.
//
// Errors: NotFound for words that we did not sign; Invalid (cursor); Unavailable.
func (c *Core) MyPage(ctx context.Context, words, cursor string) (MyPage, error) {
	id, times, until, ok := c.openMine(words)
	if !ok {
		return MyPage{}, noLink()
	}
	s := c.store.In(ctx)
	buyer, err := s.Buyer(id)
	if errors.Is(err, store.ErrNotFound) {
		return MyPage{}, nil // another record has taken his place
	}
	if err != nil {
		return MyPage{}, failed("load a buyer", err)
	}
	account, err := s.Account(buyer.AccountID)
	if err != nil {
		return MyPage{}, failed("load an account", err)
	}
	page := MyPage{Shop: account.Name, SupportEmail: account.SupportEmail, Timezone: account.Timezone, Until: until,
		Locale: firstLocale(buyer.Locale, account.Locale)}
	ended, err := s.PagesEnded(id)
	if err != nil {
		return MyPage{}, failed("look whether a link was ended", err)
	}
	if buyer.Erased() || ended != times || c.now().After(until) {
		return page, nil
	}
	page.Open, page.Email = true, Email(buyer.Email).Masked()
	return page, c.fillMine(ctx, pageActor(buyer), cursor, &page)
}

// pageActor is who reads a page: the buyer whose link it is, and nobody of the team.
func pageActor(b store.Buyer) Actor {
	return Actor{ID: "page", Account: b.AccountID, Name: b.Name, Role: BuyerRole, Buyers: []string{b.ID}}
}

func (c *Core) fillMine(ctx context.Context, who Actor, cursor string, page *MyPage) error {
	found, err := c.Find(ctx, who, Filter{Cursor: cursor, Limit: myPageListed})
	if err != nil {
		return err
	}
	page.Next = found.Next
	standings, err := c.refundStandings(c.store.In(ctx), who.Account, found.Purchases)
	if err != nil {
		return failed("look how refunds stand", err)
	}
	policy, err := c.policyFor(c.store.In(ctx), who)
	if err != nil {
		return failed("read the policy", err)
	}
	for i, p := range found.Purchases {
		mine := MyPurchase{Purchase: p, Refund: standings[i], Enter: enterable(p, policy, c.now())}
		if c.chatLink != nil {
			mine.ChatURL = c.chatLink(ctx, c.sealLink(p.ID))
		}
		page.Purchases = append(page.Purchases, mine)
	}
	return nil
}

// enterable are the products that the buyer can enter now: those whose access could be sent to him.
func enterable(p Purchase, pol Policy, now time.Time) []Product {
	if mayResend(Actor{Role: Agent}, resendCase{purchase: p}, pol, now).Decision == Blocked {
		return nil
	}
	var all []Product
	for _, product := range accessible(p) {
		if product.AccessURL != "" {
			all = append(all, product)
		}
	}
	return all
}

// A PageLink is a link to somebody's own page before it is signed: nothing in it opens anything.
type PageLink struct {
	Buyer   string
	Address string // masked
	Times   int
	Until   time.Time
}

// MyPages are the pages of whoever asks, one for each address that he has proved to be his. Empty where pages cannot be
// reached.
//
// Errors: Denied for everybody but buyers who are known; Unavailable.
func (c *Core) MyPages(ctx context.Context, who Actor) ([]PageLink, error) {
	chats, err := c.Devices(ctx, who)
	if err != nil || !c.HasPages() {
		return nil, err
	}
	s := c.store.In(ctx)
	var all []PageLink
	for _, d := range chats {
		if !d.Current {
			continue
		}
		link := PageLink{Buyer: d.Buyer, Address: d.Address, Until: c.now().AddDate(0, 0, MyPageDays)}
		if d.Until.Before(link.Until) {
			link.Until = d.Until
		}
		if link.Times, err = s.PagesEnded(d.Buyer); err != nil {
			return nil, failed("look whether links were ended", err)
		}
		all = append(all, link)
	}
	return all, nil
}

// HasPages reports whether buyers can reach the pages.
func (c *Core) HasPages() bool { return c.pageURL("", func() string { return "" }) != "" }

// PageURL signs a link. It reads nothing, so that a conversation can keep the PageLink and never the link.
func (c *Core) PageURL(l PageLink) string {
	return c.pageURL(MyPagePath, func() string { return c.signMine(l.Buyer, l.Times, l.Until) })
}

func (c *Core) signMine(buyer string, times int, until time.Time) string {
	return c.signLink(linkMine, buyer+"_"+strconv.Itoa(times), until)
}

// openMine reads a link: whose page, how often links to it had been ended, and until when it is good.
func (c *Core) openMine(words string) (buyer string, times int, until time.Time, ok bool) {
	subject, until, ok := c.openLink(linkMine, words, true)
	end := strings.LastIndexByte(subject, '_')
	if !ok || end < 0 {
		return "", 0, time.Time{}, false
	}
	times, err := strconv.Atoi(subject[end+1:])
	return subject[:end], times, until, err == nil
}

// mineOf is the link to the page of whoever reads a mailbox, for a mail to it; empty when nobody has it.
func (c *Core) mineOf(s *store.Store, account string, mailbox Email, at time.Time) (string, error) {
	if !c.HasPages() {
		return "", nil
	}
	b, err := s.BuyerByEmail(account, mailbox.Key())
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	times, err := s.PagesEnded(b.ID)
	return c.PageURL(PageLink{Buyer: b.ID, Times: times, Until: at.AddDate(0, 0, MyPageDays)}), err
}
