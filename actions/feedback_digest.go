package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

// The week's digest of what buyers said.
const (
	digestHour     = 9  // o'clock on Monday, in the account's zone
	digestProducts = 10 // those with most answers
	digestNewest   = 3  // complaints, and praises
)

// A FeedbackDigest is what buyers said in one week, from Monday to Monday of the account's zone.
type FeedbackDigest struct {
	Week       string // ISO, such as 2026-W11
	From, To   time.Time
	Said       FeedbackSummary
	Before     FeedbackSummary // the week before
	Products   []ProductFeedback
	Complaints []Feedback // the newest with words
	Praises    []Feedback
}

// A ProductFeedback is how one product was judged.
type ProductFeedback struct {
	Product string // name
	Given   int
	Average int // in hundredths
	Before  int // in the week before; 0: nobody judged it
}

// sumUp makes the digest of the last week for each account, once, from Monday morning on, and has it shown where decisions are
// made. Of a week in which nobody said anything there is none.
func (c *Core) sumUp(ctx context.Context) error {
	accounts, err := c.store.In(ctx).Accounts()
	for _, a := range accounts {
		err = errors.Join(err, c.sumUpShop(ctx, a))
	}
	return err
}

func (c *Core) sumUpShop(ctx context.Context, shop store.Account) error {
	monday, week := weekBefore(c.now(), shop.Timezone)
	if c.now().Before(time.Date(monday.Year(), monday.Month(), monday.Day(), digestHour, 0, 0, 0, monday.Location())) {
		return nil
	}
	if made, err := c.store.In(ctx).HasDigest(shop.ID, week); err != nil || made {
		return err
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		mine, err := tx.AddDigest(store.FeedbackDigest{AccountID: shop.ID, Week: week, CreatedAt: c.now()})
		if err != nil || !mine {
			return err
		}
		rows, err := tx.CountFeedback(shop.ID, "", monday.AddDate(0, 0, -7), monday)
		if err != nil || len(rows) == 0 {
			return err
		}
		return enqueue(tx, JobAnnounce, "", Subject{Account: shop.ID, Subject: "digest:" + week})
	})
}

// weekBefore is the Monday on which an instant's week began, and the name of the week before it.
func weekBefore(t time.Time, zone string) (monday time.Time, week string) {
	where := zoneOf(zone)
	local := t.In(where)
	since := (int(local.Weekday()) + 6) % 7 // days since Monday
	y, m, d := local.Date()
	monday = time.Date(y, m, d-since, 0, 0, 0, 0, where)
	year, n := monday.AddDate(0, 0, -7).ISOWeek()
	return monday, fmt.Sprintf("%04d-W%02d", year, n)
}

// mondayOf is the Monday on which a week of that name begins.
func mondayOf(week, zone string) (time.Time, bool) {
	var year, n int
	if _, err := fmt.Sscanf(week, "%04d-W%02d", &year, &n); err != nil || n < 1 || n > 53 {
		return time.Time{}, false
	}
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, zoneOf(zone)) // is always of the first week (ISO 8601)
	since := (int(fourth.Weekday()) + 6) % 7
	return fourth.AddDate(0, 0, (n-1)*7-since), true
}

// FeedbackDigest counts one week, named as in 2026-W11.
//
// Errors: NotFound, also for who is no FeedbackReader; Unavailable.
func (c *Core) FeedbackDigest(ctx context.Context, who Actor, week string) (FeedbackDigest, error) {
	s := c.store.In(ctx)
	account, err := s.Account(who.Account)
	if err != nil {
		return FeedbackDigest{}, failed("load an account", err)
	}
	monday, ok := mondayOf(week, account.Timezone)
	if !ok || !who.Is(FeedbackReaders...) {
		return FeedbackDigest{}, &Error{Code: NotFound, Key: "error.stale"}
	}
	d := FeedbackDigest{Week: week, From: monday.UTC(), To: monday.AddDate(0, 0, 7).UTC()}
	before := monday.AddDate(0, 0, -7).UTC()
	now, err1 := s.CountFeedback(who.Account, "", d.From, d.To)
	was, err2 := s.CountFeedback(who.Account, "", before, d.From)
	d.Said, d.Before = summed(now), summed(was)
	var err3, err4, err5 error
	d.Products, err3 = productScores(s, who.Account, before, d.From, d.To)
	d.Complaints, err4 = newestSaid(s, who.Account, Complaint, d.From, d.To)
	d.Praises, err5 = newestSaid(s, who.Account, Praise, d.From, d.To)
	return d, failed("count a week's feedback", errors.Join(err1, err2, err3, err4, err5))
}

// productScores are the products that were judged between two instants, with how they were from an earlier one on.
func productScores(s *store.Store, account string, before, from, to time.Time) ([]ProductFeedback, error) {
	now, err := s.ScoresByProduct(account, from, to, digestProducts)
	if err != nil {
		return nil, err
	}
	was, err := s.ScoresByProduct(account, before, from, 1000)
	if err != nil {
		return nil, err
	}
	earlier := map[string]int{}
	for _, p := range was {
		earlier[p.ProductID] = mean(p.Sum, p.Count)
	}
	var all []ProductFeedback
	for _, p := range now {
		all = append(all, ProductFeedback{Product: p.Product, Given: int(p.Count), Average: mean(p.Sum, p.Count), Before: earlier[p.ProductID]})
	}
	return all, nil
}

// mean is an average in hundredths.
func mean(sum, count int64) int { return int((sum*100 + count/2) / count) }

// newestSaid are the newest words of a kind between two instants.
func newestSaid(s *store.Store, account string, kind FeedbackCategory, from, to time.Time) ([]Feedback, error) {
	rows, err := s.FeedbackPage(account, "", string(kind), store.Cursor{At: to, ID: "0"}, 4*digestNewest)
	var all []Feedback
	for _, row := range rows {
		if row.Comment != "" && !row.CreatedAt.Before(from) && len(all) < digestNewest {
			all = append(all, toFeedback(row))
		}
	}
	return all, err
}
