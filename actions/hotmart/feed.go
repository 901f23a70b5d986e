package hotmart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// Reading everything. The platform has no list of all that changed, and its listings hide things unless they are asked for: sales
// of any status but two, what is older than some weeks. So a feed is a row of listings (feed_parts.go), each for one status and
// with its dates, and each is walked from now backwards in windows of time. A window is as long as the platform can
// answer in time: one that takes too long is halved, and where there is little the next ones are longer, so that years before the
// first sale cost a few calls.
//
// A sale moves from list to list while they are read. The lists are in the order in which sales move, so one that moves ahead is met
// further on; only a claim that is withdrawn in these minutes may be missed, and the next reading finds it.
//
// What REST does not tell at all: what a bundle holds, whether an affiliate brought a sale; and how many tickets it was for only by who
// holds them (feed_tickets.go).

// A place is how far a feed has come. It is stored as JSON between pages.
type place struct {
	Part  int           `json:"part"`
	Until int64         `json:"until,omitempty"` // end of the window, in ms; 0: that of the whole
	Wide  time.Duration `json:"wide,omitempty"`  // the window's length; 0: as the part begins
	Most  time.Duration `json:"most,omitempty"`  // no window of the part is longer, since one took too long; 0: none did
	Token string        `json:"token,omitempty"` // of the next page in it; empty: its first
	Read  int           `json:"read,omitempty"`  // items of the window so far
	Again int           `json:"again,omitempty"` // how often it was begun again because its token was not good any more
}

// How long a window is. One of a few hours that still takes too long is trouble of another sort.
const (
	narrowest = 6 * time.Hour
	widest    = 2 * 365 * 24 * time.Hour
)

// maxAgain is how often a window is begun again for a token that is not good.
const maxAgain = 3

// Page implements actions.Feed.
func (p *Platform) Page(ctx context.Context, _ string, span actions.FeedSpan, at actions.FeedPlace) (actions.FeedPage, error) {
	var here place
	if at != "" {
		if err := json.Unmarshal([]byte(at), &here); err != nil {
			return actions.FeedPage{}, fmt.Errorf("place in a reading of Hotmart: %w", err)
		}
	}
	parts := partsOf(span)
	if here.Part < 0 || here.Part >= len(parts) {
		return actions.FeedPage{}, fmt.Errorf("place in a reading of Hotmart: there is no part %d", here.Part)
	}
	w := parts[here.Part].window(here)
	got, err := w.read(remote.Background(ctx), p, here.Token)
	if err != nil && w.part.optional && isUnknownHere(err) && !w.halves() {
		got, err = portion{bad: []error{fmt.Errorf("a listing of %s was left out: %w", w.part.name, err)}}, nil
		w.since = w.part.since
	}
	next, err := w.next(here, got, err)
	if err != nil {
		return actions.FeedPage{}, err
	}
	page := actions.FeedPage{Events: got.events, Bad: got.bad, Part: w.part.name, Done: done(parts, w, next, got.total)}
	if next.Part < len(parts) {
		text, err := json.Marshal(next)
		if err != nil {
			return actions.FeedPage{}, err
		}
		page.Next = actions.FeedPlace(text)
	}
	return page, nil
}

// A window is the span of time of a part that is being read; without dates it is everything.
type window struct {
	part        part
	since, till time.Time
}

func (q part) window(at place) window {
	w := window{part: q, since: q.since, till: q.until}
	if at.Until != 0 {
		w.till = time.UnixMilli(at.Until).UTC()
	}
	if wide := at.wide(q); q.dated && w.till.Add(-wide).After(q.since) {
		w.since = w.till.Add(-wide)
	}
	return w
}

func (at place) wide(q part) time.Duration {
	if at.Wide > 0 {
		return at.Wide
	}
	return q.wide
}

// A portion is what one call told.
type portion struct {
	events []actions.SaleEvent
	bad    []error
	items  int
	next   string // token of the next page of the window
	total  int    // items of the window; 0: not told
	void   bool   // there was no body
}

// voids is how often a page without a body is asked for before it is believed that there is nothing. Documented are such answers for
// coupons and members areas; of a listing of sales a wrong one would hide a year.
const voids = 3

func (w window) read(ctx context.Context, p *Platform, token string) (got portion, err error) {
	for range voids {
		if got, err = w.part.read(ctx, p, w, token); err != nil || !got.void {
			break
		}
	}
	return got, err
}

// next is the place behind what was read, or behind trouble that another place gets round.
func (w window) next(at place, got portion, err error) (place, error) {
	wide := at.wide(w.part)
	switch {
	case err != nil && isStaleToken(err) && at.Token != "" && at.Again < maxAgain:
		at.Token, at.Read = "", 0
		at.Again++
		return at, nil
	case err != nil && isTooMuch(err) && w.halves():
		at.Wide, at.Token, at.Read = max(w.till.Sub(w.since)/2, narrowest), "", 0
		at.Most = at.Wide
		return at, nil
	case err != nil:
		return at, err
	case got.next != "":
		at.Token, at.Read, at.Wide = got.next, at.Read+got.items, wide
		return at, nil
	case !w.part.dated || !w.since.After(w.part.since):
		return place{Part: at.Part + 1}, nil
	}
	wide = wider(wide, at.Read+got.items)
	if at.Most > 0 {
		wide = min(wide, at.Most)
	}
	return place{Part: at.Part, Until: w.since.UnixMilli(), Wide: wide, Most: at.Most}, nil
}

// wider is the length of the next window, after one in which so many items were.
func wider(wide time.Duration, items int) time.Duration {
	switch {
	case items == 0:
		wide *= 4
	case items < pageSize:
		wide *= 2
	case items > 40*pageSize:
		wide /= 2
	}
	return min(max(wide, narrowest), widest)
}

// halves reports whether a window can be made shorter.
func (w window) halves() bool { return w.part.dated && w.till.Sub(w.since) > narrowest }

// isTooMuch reports whether a listing may have been of too much: the platform gives up after some 30 s with a 502 (rate limit, read
// November 2026), and we after longer. What it says to a span that it does not take is not documented: a 400, as for all else.
func isTooMuch(err error) bool {
	e := remote.AsError(err)
	return e != nil && !e.Unsent && (isUnknownHere(err) && e.Status == 400 || e.Status == 502 || e.Status == 504 || e.TooLarge || e.Status == 0 && errors.Is(err, context.DeadlineExceeded))
}

// isUnknownHere reports that the platform does not take a listing's words, or has no such listing: a status that it has no more, a
// shop without subscriptions. It is said among the bad items, and the others are read.
func isUnknownHere(err error) bool {
	e := remote.AsError(err)
	return e != nil && !e.Odd && (e.Status == 404 || e.Status == 405 || e.Status == 400 && !isStaleToken(err))
}

// done is how much is read of all parts together, in thousandths: by time within a part, and by items within a window whose
// number of items was told.
func done(parts []part, w window, next place, total int) int {
	all, before := 0, 0
	for i, q := range parts {
		all += q.weight
		if i < next.Part {
			before += q.weight
		}
	}
	if next.Part >= len(parts) {
		return 1000
	}
	q := parts[next.Part]
	share := 0.0
	if length := q.until.Sub(q.since); q.dated && length > 0 && next.Until+int64(next.Read) > 0 {
		here := q.window(next)
		share = q.until.Sub(here.till).Seconds() / length.Seconds()
		if next.Token != "" && total > 0 {
			share += min(float64(next.Read)/float64(total), 1) * here.till.Sub(here.since).Seconds() / length.Seconds()
		}
	}
	return int((float64(before) + share*float64(q.weight)) * 1000 / float64(all))
}
