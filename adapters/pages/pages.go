// Package pages are the buyers' pages below /b/: they are reached by signed links in mails, work without a chat, without an
// account and without scripts, and are read on a phone. What a link may do is for package actions to say.
//
// Read it in this order: pages.go (what they need, and their list), page.go (what a page is, and what it can answer), guard.go
// (what guards them all), draw.go (how a page looks), rate.go (who asks too often); then one file a page, such as not_me.go.
//
// To add a page: a file of its own with a method that returns its page, a line in all, its words below "page.<name>" in each
// language; and, where the common layout does not do, an HTML file of the same name that defines "main".
package pages

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Core is what the pages need of the actions: each page says its own part.
type Core interface {
	notMeCore
	mineCore
	ticketsCore
	acceptCore
	passwordCore
	stopCore
	feedbackCore
}

// Words is what they need of flows/locales: the keys "page.*", and those of cards.
type Words interface {
	Text(t flow.Text, r flow.Reader) string
	Show(v flow.View, r flow.Reader) flow.Shown
}

// Options are what Pages work with; all are needed.
type Options struct {
	Core    Core
	Words   Words
	Account string // whose pages those without a link are
	Shop    string // its name, for pages that are about no purchase
	Locale  string // of the account
	Now     func() time.Time
	NewID   func() string
	Log     *slog.Logger
}

// Pages serve the buyers' pages. Make them with New. They are safe for concurrent use.
type Pages struct {
	Options
	rate *rate
}

// New makes Pages.
func New(o Options) *Pages { return &Pages{Options: o, rate: newRate(o.Now)} }

// all lists the pages.
func (p *Pages) all() []page {
	return []page{
		notMePage(p.Core),
		ticketsPage(p.Core),
		ticketPage(p.Core),
		calendarPage(p.Core, "tickets"),
		calendarPage(p.Core, "ticket"),
		minePage(p.Core),
		askPage(p.Core),
		acceptPage(p.Core),
		passwordPage(p.Core),
		passwordOffPage(p.Core),
		stopPage(p.Core),
		feedbackPage(p.Core),
	}
}

// Routes registers the pages below /b/.
func (p *Pages) Routes(mux *http.ServeMux) {
	for _, one := range p.all() {
		mux.Handle(actions.PagesPath+one.path, p.guard(one))
	}
	mux.Handle(actions.PagesPath, p.guard(page{look: func(*visit) error { return errNoPage }}))
}
