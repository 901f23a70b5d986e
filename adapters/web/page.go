package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// What a page shows of the past.
const (
	shownDirect = 60
	shownRoom   = 60
)

// styles name the look of each pane.
var styles = map[Pane]string{Team: "slack", Creator: "discord", Buyer: "telegram"}

// page shows the console.
func (a *Adapter) page(w http.ResponseWriter, r *http.Request) {
	s, err := a.takeSeats(r.Context(), r.URL.Query().Get)
	if errors.Is(err, errUnknownUser) { // an old address: sit down anew
		http.Redirect(w, r, "/c/", http.StatusSeeOther)
		return
	}
	if err != nil {
		a.broken(w, err)
		return
	}
	if choose(w, r) {
		http.Redirect(w, r, string(s.Link()), http.StatusSeeOther)
		return
	}
	view, err := a.pageView(r, visit{a.readerOf(r), s})
	if err != nil {
		a.broken(w, err)
		return
	}
	html, err := execute("page", view)
	if err != nil {
		a.broken(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store") // others sit at this browser too
	_, _ = w.Write([]byte(html))                // the browser has gone if it fails
}

func (a *Adapter) pageView(r *http.Request, v visit) (pageView, error) {
	q := r.URL.Query()
	since := a.Now()
	view := pageView{
		voice: voice{a.Words, v.page}, seats: v.seats, Shop: a.Account.Name, Initials: initials(a.Account.Name),
		Theme: preferred(r, "theme"), Tour: preferred(r, "tour") == "on", Version: version, Tab: q.Get("tab"),
		Events:  "/c/events?" + v.seats.query("since", strconv.FormatInt(since.Add(-overlap).UnixMicro(), 10)),
		Largest: maxUpload - 64<<10, MaxFile: actions.MaxFile >> 20, // the form has more than the file
	}
	for _, code := range []string{"pt-BR", "en", "es"} {
		view.Languages = append(view.Languages, languageView{
			Code: code, Short: code[:2], Name: view.T("lang." + code), Here: code == view.Lang(), Link: v.seats.Link("lang", code),
		})
	}
	for _, p := range Panes() {
		if _, ok := v.seats[p]; !ok {
			continue
		}
		pane, err := a.paneView(r.Context(), v, p, q.Get("form"))
		if err != nil {
			return pageView{}, err
		}
		if key := q.Get("problem"); q.Get("tab") == string(p) && slices.Contains(problems, key) {
			pane.Problem = pane.T("problem." + key)
		}
		view.Panes = append(view.Panes, pane)
	}
	var err error
	if view.Office, err = a.office(r.Context(), v); err != nil {
		return pageView{}, err
	}
	if id := q.Get("mail"); id != "" && a.Mailbox != nil {
		if view.Letter, err = a.openLetter(v, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return pageView{}, err
		}
	}
	view.Tab = tabOf(view)
	return view, nil
}

// tabOf is the pane that a narrow screen shows: the wanted one, if it is there.
func tabOf(v pageView) string {
	if v.Tab == "office" && v.Office != nil {
		return v.Tab
	}
	tabs := []string{}
	for _, p := range v.Panes {
		if p.ID == v.Tab {
			return p.ID
		}
		tabs = append(tabs, p.ID)
	}
	if len(tabs) == 0 {
		return "office"
	}
	return tabs[len(tabs)-1] // the buyer's, where a story begins
}

func (a *Adapter) paneView(ctx context.Context, v visit, p Pane, open string) (paneView, error) {
	user := v.seats[p]
	page := voice{a.Words, v.page}
	view := paneView{
		ID: string(p), Style: styles[p], Title: page.T(string(p)), Like: page.T("like." + string(p)),
		Keyboard: page.T("keyboard"), Switch: page.T("switch"), Seats: v.seats, Max: paneLimits[p].Say, Nonce: a.NewID(),
	}
	users, err := a.Users(ctx, p)
	if err != nil {
		return view, err
	}
	for _, u := range users {
		view.Users = append(view.Users, userView{u.ID, u.Name, role(page, u.Role), u.ID == user.ID})
	}
	if view.Direct, err = a.chat(ctx, v, p, p.Chat(user.ID), shownDirect, open); err != nil {
		return view, err
	}
	if name, ok := a.Rooms[p]; ok {
		room, err := a.chat(ctx, v, p, p.Room(name), shownRoom, open)
		if err != nil {
			return view, err
		}
		room.Name, view.Room = name, &room
	}
	view.voice = voice{a.Words, spoken(view.Direct.Messages, readerIn(user, v.page))}
	view.DirectTitle, view.Placeholder = view.T("direct."+string(p), "shop", a.Account.Name), view.T("placeholder."+string(p))
	for _, c := range a.Commands {
		if len(c.Roles) == 0 || slices.Contains(c.Roles, user.Role) {
			view.Commands = append(view.Commands, commandView{c.Word, about(a.Words.Text(c.About, view.reader), c.Word)})
		}
	}
	return view, nil
}

// spoken is the reader of a chat in the language that the bot speaks in it: he may have chosen another than his
// platform's.
func spoken(messages []messageView, r flow.Reader) flow.Reader {
	for _, m := range slices.Backward(messages) {
		if m.Bot {
			return m.reader
		}
	}
	return r
}

// about is what a command does, without the command: the suggestion shows that already.
func about(text, word string) string {
	if rest, ok := strings.CutPrefix(text, "/"+word); ok {
		return strings.TrimLeft(rest, " —–-:")
	}
	return text
}

func role(v voice, role string) string {
	if role == "" {
		return ""
	}
	return v.T("role." + role)
}

func (a *Adapter) chat(ctx context.Context, v visit, p Pane, chat string, limit int, open string) (chatView, error) {
	view := chatView{Chat: chat}
	messages, err := a.Store.In(ctx).Messages(a.Account.ID, chat, v.seats[p].ID, limit)
	if err != nil {
		return view, err
	}
	for _, m := range messages {
		mv, err := a.message(v, p, m)
		if err != nil {
			return view, err
		}
		mv.Open = m.ID == open && mv.Card.Form != nil
		view.Messages = append(view.Messages, mv)
	}
	slices.SortStableFunc(view.Messages, func(a, b messageView) int { return strings.Compare(a.Key, b.Key) })
	return view, nil
}

// visitOf is the visit of a request that shows no page: the event stream.
func (a *Adapter) visitOf(r *http.Request) (visit, error) {
	s, err := a.takeSeats(r.Context(), r.URL.Query().Get)
	return visit{a.readerOf(r), s}, err
}

// broken answers when the page cannot be made. The cause is for the log.
func (a *Adapter) broken(w http.ResponseWriter, err error) {
	id := a.NewID()
	a.Log.Error("console page failed", "id", id, "err", err)
	http.Error(w, a.Words.Text(flow.T("console.problem.failed"), flow.Reader{Locale: a.Account.Locale})+" "+id, http.StatusInternalServerError)
}
