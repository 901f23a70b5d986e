package hotmart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/actions/remote"
)

// A listing is a call that answers in pages (developers.hotmart.com/docs/en/start/pagination/, read November 2026).
type listing struct {
	name  string // what it reads, for errors
	path  string
	query url.Values
	size  int // items of a page that are asked for; the platform may give fewer. 0: its own default
}

// A page is one page of a listing.
type page[T any] struct {
	Items []T
	Bad   []error   // items that were not understood, without their values
	Next  string    // token of the page after it; empty: it is the last one
	Total int       // items of the listing; 0: not told, which is usual
	Blank bool      // there was no answer at all, which can mean that there is nothing, or that something is wrong
	AsOf  time.Time // when it was asked for: what it tells was so then, or is newer
}

// maxItems bounds what one page may hold, far above what is asked for.
const maxItems = 5000

// pageOf reads the page of a listing that a token names; empty: the first. An answer without a body is an empty page.
//
// Errors: *remote.Error; isStaleToken tells that the listing has to begin again.
func pageOf[T any](ctx context.Context, p *Platform, l listing, token string) (page[T], error) {
	query := maps.Clone(l.query)
	if query == nil {
		query = url.Values{}
	}
	if l.size > 0 {
		query.Set("max_results", strconv.Itoa(l.size))
	}
	if token != "" {
		query.Set("page_token", token)
	}
	var told struct {
		Items []json.RawMessage `json:"items"`
		Page  struct {
			Next  opaque `json:"next_page_token"`
			Total count  `json:"total_results"`
		} `json:"page_info"`
	}
	answer, err := p.read(ctx, remote.Call{Name: l.name, Path: l.path, Query: query, Into: &told})
	if err != nil {
		return page[T]{}, err
	}
	if len(told.Items) > maxItems {
		return page[T]{}, &remote.Error{Call: l.name, Status: answer.Status, Odd: true, TooLarge: true, Description: "a page has more items than it may"}
	}
	got := page[T]{Items: make([]T, 0, len(told.Items)), Next: string(told.Page.Next), Total: int(told.Page.Total), AsOf: answer.At, Blank: answer.Empty}
	if got.Next != "" && got.Next == token {
		return page[T]{}, &remote.Error{Call: l.name, Status: answer.Status, Odd: true, Description: "a page names itself as the next one"}
	}
	for i, text := range told.Items {
		var item T
		if err := loosely(text, &item); err != nil {
			got.Bad = append(got.Bad, fmt.Errorf("%s: item %d: %w", l.name, i+1, err))
			continue
		}
		got.Items = append(got.Items, item)
	}
	return got, nil
}

// loosely decodes a JSON object: of a field that has another type than it should, the zero value is left.
func loosely(text []byte, to any) error {
	err := json.Unmarshal(text, to)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) && odd.Field != "" {
		return nil
	}
	if err != nil {
		return errors.New("no JSON object")
	}
	return nil
}

// allOf reads a listing to its end, at most that many pages.
func allOf[T any](ctx context.Context, p *Platform, l listing, most int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		token := ""
		for range most {
			got, err := pageOf[T](ctx, p, l, token)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range got.Items {
				if !yield(item, nil) {
					return
				}
			}
			for _, err := range got.Bad {
				if !yield(none, err) {
					return
				}
			}
			if token = got.Next; token == "" {
				return
			}
		}
		yield(none, &remote.Error{Call: l.name, Odd: true, TooLarge: true, Description: fmt.Sprintf("more than %d pages", most)})
	}
}

// one is why a listing that should hold one item could not be taken for having none; nil: it could.
func (got page[T]) one(name string) error {
	switch {
	case got.Blank:
		return &remote.Error{Call: name, Status: 200, Odd: true, Description: "an empty answer"}
	case len(got.Bad) > 0:
		return got.Bad[0]
	}
	return nil
}

// isStaleToken reports whether a page could not be read because its token is not good any more.
func isStaleToken(err error) bool {
	e := remote.AsError(err)
	return e != nil && e.Status == 400 && e.Code == "invalid_token"
}

// ms is an instant as the platform takes it: milliseconds since 1970, UTC.
func ms(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// between sets the span of a listing. Times that are zero are left to the platform.
func between(query url.Values, from, to string, since, until time.Time) {
	if !since.IsZero() {
		query.Set(from, ms(since))
	}
	if !until.IsZero() {
		query.Set(to, ms(until))
	}
}
