package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

// seats say who is at each pane's keyboard. They travel in addresses and forms, not in a cookie, so that two windows can
// hold two people. A seat without a user (a pane that has none) is missing.
type seats map[Pane]User

// takeSeats reads who sits where; an unnamed seat goes to the pane's first user. A name that is none of the pane's users
// is refused, never guessed: what is said next would be said by somebody else.
func (a *Adapter) takeSeats(ctx context.Context, get func(string) string) (seats, error) {
	s := seats{}
	for _, p := range Panes() {
		users, err := a.Users(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("list users of %s: %w", p, err)
		}
		if len(users) == 0 {
			continue
		}
		id := get(string(p))
		if id == "" {
			id = users[0].ID
		}
		i := slices.IndexFunc(users, func(u User) bool { return u.ID == id })
		if i < 0 {
			return nil, errUnknownUser
		}
		s[p] = users[i]
	}
	return s, nil
}

// Link is the address of the page with the same seats, with more names and values.
func (s seats) Link(more ...string) template.URL {
	return template.URL("/c/?" + s.query(more...)) // #nosec G203 -- encoded by net/url
}

// Fields are the hidden fields of a form that keep the seats.
func (s seats) Fields() []field {
	var fields []field
	for _, p := range Panes() {
		if u, ok := s[p]; ok {
			fields = append(fields, field{string(p), u.ID})
		}
	}
	return fields
}

// A field is the name and value of one.
type field struct{ Name, Value string }

func (s seats) query(more ...string) string {
	q := url.Values{}
	for _, f := range s.Fields() {
		q.Set(f.Name, f.Value)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q.Encode()
}

// readerOf is who reads the page's own words: the language chosen on it, then the browser's, then the account's.
func (a *Adapter) readerOf(r *http.Request) flow.Reader {
	reader := flow.Reader{Locale: a.Account.Locale, Timezone: a.Account.Timezone}
	hints := append([]string{preferred(r, "lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...)
	for _, hint := range hints { // browsers name the language they want most first
		hint, _, _ = strings.Cut(hint, ";")
		if l := format.Match(hint); l != "" {
			reader.Locale = l
			break
		}
	}
	return reader
}

// readerIn is who reads a pane: the person at its keyboard, in his platform's language.
func readerIn(u User, page flow.Reader) flow.Reader {
	if u.Locale != "" {
		page.Locale = u.Locale
	}
	return page
}
