package actions

import (
	"strings"
	"testing"
	"time"
)

// subscribed is an active monthly subscription with its second charge, as mayCancel sees it; change it as needed.
func subscribed(change ...func(*subscribedCase)) subscribedCase {
	p := paid(func(p *Purchase) { p.ApprovedAt = noon.AddDate(0, 0, -3) })
	c := subscribedCase{newest: p, capability: ByAPI, acceptance: 3 * day, zone: time.UTC,
		sub: Subscription{Code: "OTTO26QX", Status: SubscriptionActive, NextChargeAt: noon.AddDate(0, 0, 27)}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func inStatus(s SubscriptionStatus) func(*subscribedCase) {
	return func(c *subscribedCase) { c.sub.Status = s }
}

var (
	single    = func(c *subscribedCase) { c.sub = Subscription{} }
	noDate    = func(c *subscribedCase) { c.sub.NextChargeAt = time.Time{} }
	unableTo  = func(c *subscribedCase) { c.capability = NoSupport }
	assisted  = func(c *subscribedCase) { c.capability = Assisted }
	atWork    = func(c *subscribedCase) { c.sub.UnderWay = true }
	weekly    = func(c *subscribedCase) { c.sub.NextChargeAt = noon.AddDate(0, 0, 4) }
	frozenNow = func(c *subscribedCase) { c.newest.FrozenUntil = noon.Add(day) }
)

func TestMayCancel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		facts    subscribedCase
		decision Decision
		rule     string
	}{
		{"active", subscribed(), Allowed, "until"},
		{"active, nobody knows until when", subscribed(noDate), Allowed, "allowed"},
		{"a charge is unpaid", subscribed(inStatus(SubscriptionLate)), Allowed, "late"},
		{"by hand", subscribed(assisted), Allowed, "until"},
		{"frozen after a change of e-mail", subscribed(frozenNow), Allowed, "until"},
		{"a single purchase", subscribed(single), Blocked, "none"},
		{"cancelled", subscribed(inStatus(SubscriptionCancelled)), Blocked, "cancelled_until"},
		{"cancelled, nobody knows until when", subscribed(inStatus(SubscriptionCancelled), noDate), Blocked, "cancelled"},
		{"its term is over", subscribed(inStatus(SubscriptionEnded)), Blocked, "ended"},
		{"not paid yet", subscribed(inStatus(SubscriptionStarted)), Blocked, "status"},
		{"inactive", subscribed(inStatus(SubscriptionInactive)), Blocked, "status"},
		{"a word that nobody knows", subscribed(inStatus(SubscriptionUnknown)), Blocked, "status"},
		{"the platform cannot", subscribed(unableTo), Blocked, "not_supported"},
		{"under way", subscribed(atWork), Blocked, "under_way"},
		{"under way, and cancelled meanwhile", subscribed(atWork, inStatus(SubscriptionCancelled)), Blocked, "cancelled_until"},
	} {
		if v := mayCancel(c.facts); v.Decision != c.decision || v.Rule != "cancel."+c.rule {
			t.Errorf("%s: got %s by %s", c.name, v.Decision, v.Rule)
		}
	}
}

func TestMayChangeChargeDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		facts    subscribedCase
		decision Decision
		rule     string
	}{
		{"active", subscribed(), Allowed, "next_stays"},
		{"active, nobody knows until when", subscribed(noDate), Allowed, "allowed"},
		{"a charge is unpaid", subscribed(inStatus(SubscriptionLate)), Allowed, "next_stays"},
		{"a single purchase", subscribed(single), Blocked, "none"},
		{"cancelled", subscribed(inStatus(SubscriptionCancelled)), Blocked, "status"},
		{"its term is over", subscribed(inStatus(SubscriptionEnded)), Blocked, "status"},
		{"not paid yet", subscribed(inStatus(SubscriptionStarted)), Blocked, "status"},
		{"the platform cannot", subscribed(unableTo), Blocked, "not_supported"},
		{"under way", subscribed(atWork), Blocked, "under_way"},
		{"charged every week", subscribed(weekly), Blocked, "weekly"},
	} {
		if v := mayChangeChargeDay(c.facts); v.Decision != c.decision || v.Rule != "chargeday."+c.rule {
			t.Errorf("%s: got %s by %s", c.name, v.Decision, v.Rule)
		}
	}
}

func TestMayReactivate(t *testing.T) {
	t.Parallel()
	ended := func(c *subscribedCase) {
		c.sub.Status, c.sub.NextChargeAt = SubscriptionCancelled, noon.AddDate(0, 0, -5)
	}
	paidFor := func(c *subscribedCase) { c.sub.Status = SubscriptionCancelled }
	at := func(c *subscribedCase) { c.sub.Status, c.sub.NextChargeAt = SubscriptionCancelled, noon }
	free := func(c *subscribedCase) { c.newest.Price = Money{Currency: "BRL"} }
	waits := func(until time.Time) func(*subscribedCase) {
		return func(c *subscribedCase) { c.sub.WaitsUntil, c.sub.UnderWay = until, true }
	}
	first := func(s Status) func(*subscribedCase) { return func(c *subscribedCase) { c.first.Status = s } }
	newest := func(s Status) func(*subscribedCase) { return func(c *subscribedCase) { c.newest.Status = s } }
	erased := func(c *subscribedCase) { c.nobody = true }
	for _, c := range []struct {
		name       string
		facts      subscribedCase
		later, now string // rules without a charge at once, and with one
	}{
		{"what was paid is over", subscribed(ended), "next_month", "charge"},
		{"over at this instant", subscribed(at), "next_month", "charge"},
		{"what was paid still runs", subscribed(paidFor), "runs_on", "!still_paid"},
		{"nobody knows until when it was paid", subscribed(paidFor, noDate), "next_month", "charge"},
		{"by hand", subscribed(ended, assisted), "next_month", "charge"},
		{"frozen after a change of e-mail", subscribed(ended, frozenNow), "next_month", "charge"},
		{"it was free", subscribed(ended, free), "next_month", "!free"},
		{"the first charge is not on record", subscribed(ended, first("")), "next_month", "charge"},
		{"a charge is unpaid", subscribed(ended, newest(Overdue)), "next_month", "charge"},
		{"a single purchase", subscribed(single), "!none", "!none"},
		{"active", subscribed(), "!active", "!active"},
		{"late", subscribed(inStatus(SubscriptionLate)), "!active", "!active"},
		{"its term is over", subscribed(ended, inStatus(SubscriptionEnded)), "!ended", "!ended"},
		{"not paid yet", subscribed(ended, inStatus(SubscriptionStarted)), "!status", "!status"},
		{"inactive", subscribed(ended, inStatus(SubscriptionInactive)), "!status", "!status"},
		{"a word that nobody knows", subscribed(ended, inStatus(SubscriptionUnknown)), "!status", "!status"},
		{"the platform cannot", subscribed(ended, unableTo), "!not_supported", "!not_supported"},
		{"he is asked already", subscribed(ended, waits(noon.Add(time.Second))), "!waiting", "!waiting"},
		{"he was asked, and his time is just over", subscribed(ended, waits(noon)), "!under_way", "!under_way"},
		{"something else is under way", subscribed(ended, atWork), "!under_way", "!under_way"},
		{"the first charge was given back", subscribed(ended, first(Refunded)), "!given_back", "!given_back"},
		{"the newest charge was given back", subscribed(ended, newest(Chargeback)), "!given_back", "!given_back"},
		{"a part was given back", subscribed(ended, newest(PartlyRefunded)), "!given_back", "!given_back"},
		{"the subscriber was erased", subscribed(ended, erased), "!nobody", "!nobody"},
	} {
		for charge, want := range map[bool]string{false: c.later, true: c.now} {
			rule, blocks := strings.CutPrefix(want, "!")
			v := mayReactivate(c.facts, charge, noon)
			if v.Rule != "reactivate."+rule || (v.Decision == Blocked) != blocks || v.Decision == NeedsApproval {
				t.Errorf("%s, charged at once: %v: got %s by %s", c.name, charge, v.Decision, v.Rule)
			}
		}
	}
	if v := mayReactivate(subscribed(ended), true, noon); v.Numbers.Amount != subscribed().newest.Price || !v.Numbers.Date.Equal(noon.Add(3*day)) {
		t.Errorf("with a charge it names %+v", v.Numbers)
	}
	if v := mayReactivate(subscribed(paidFor), false, noon); !v.Numbers.Date.Equal(noon.AddDate(0, 0, 27)) {
		t.Errorf("still paid for, it names %+v", v.Numbers)
	}
}

func TestNextChargeAfterReactivating(t *testing.T) {
	t.Parallel()
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	sp, tokyo, lisbon := zone("America/Sao_Paulo"), zone("Asia/Tokyo"), zone("Europe/Lisbon")
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name      string
		paid, due string // newest charge, and when the next would have been; empty: nobody knows
		day       int    // that was asked for
		charged   bool
		accepted  string
		zone      *time.Location
		want      string
	}{
		{"still paid for", "2026-02-20T12:00:00Z", "2026-03-20T12:00:00Z", 0, false, "2026-03-10T12:00:00Z", time.UTC, "2026-03-20T12:00:00Z"},
		{"still paid for, to the second", "2026-02-20T12:00:00Z", "2026-03-20T12:00:00Z", 0, false, "2026-03-20T11:59:59Z", time.UTC, "2026-03-20T12:00:00Z"},
		{"over at that instant", "2026-02-20T12:00:00Z", "2026-03-20T12:00:00Z", 0, false, "2026-03-20T12:00:00Z", time.UTC, "2026-04-20T12:00:00Z"},
		{"the month after, on its day", "2026-01-20T12:00:00Z", "2026-02-20T12:00:00Z", 0, false, "2026-03-10T12:00:00Z", time.UTC, "2026-04-20T12:00:00Z"},
		{"on the 31st, in January", "2025-12-31T12:00:00Z", "2026-01-31T12:00:00Z", 0, false, "2026-01-31T12:00:01Z", time.UTC, "2026-02-28T12:00:00Z"},
		{"on the 31st, in January of a leap year", "2027-12-31T12:00:00Z", "2028-01-31T12:00:00Z", 0, false, "2028-01-31T13:00:00Z", time.UTC, "2028-02-29T12:00:00Z"},
		{"the 31st was asked for: back to it after February", "2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z", 31, false, "2026-02-28T13:00:00Z", time.UTC, "2026-03-31T12:00:00Z"},
		{"the 31st was asked for: the 30th in April", "2026-02-28T12:00:00Z", "2026-03-31T12:00:00Z", 31, false, "2026-03-31T13:00:00Z", time.UTC, "2026-04-30T12:00:00Z"},
		{"on the 29th of February, a year later", "2028-01-29T12:00:00Z", "2028-02-29T12:00:00Z", 0, false, "2029-01-15T12:00:00Z", time.UTC, "2029-02-28T12:00:00Z"},
		{"over New Year", "2026-11-20T12:00:00Z", "2026-12-20T12:00:00Z", 0, false, "2026-12-25T12:00:00Z", time.UTC, "2027-01-20T12:00:00Z"},
		{"another day was asked for", "2026-01-20T12:00:00Z", "2026-02-20T12:00:00Z", 5, false, "2026-03-10T12:00:00Z", time.UTC, "2026-04-05T12:00:00Z"},
		{"nobody knows a day", "", "", 0, false, "2026-01-31T12:00:00Z", time.UTC, "2026-02-28T12:00:00Z"},
		{"charged on the 31st of January", "2025-11-30T12:00:00Z", "2025-12-30T12:00:00Z", 0, true, "2026-01-31T12:00:00Z", time.UTC, "2026-02-28T12:00:00Z"},
		{"charged on the 31st of January of a leap year", "2027-11-30T12:00:00Z", "2027-12-30T12:00:00Z", 0, true, "2028-01-31T12:00:00Z", time.UTC, "2028-02-29T12:00:00Z"},
		{"charged on the 28th of February", "2025-11-30T12:00:00Z", "2025-12-30T12:00:00Z", 0, true, "2026-02-28T12:00:00Z", time.UTC, "2026-03-28T12:00:00Z"},
		{"charged on the 31st of March", "2025-11-30T12:00:00Z", "2025-12-30T12:00:00Z", 0, true, "2026-03-31T12:00:00Z", time.UTC, "2026-04-30T12:00:00Z"},
		{"charged for three months on the 30th of November", "2026-01-01T12:00:00Z", "2026-04-01T12:00:00Z", 0, true, "2026-11-30T12:00:00Z", time.UTC, "2027-02-28T12:00:00Z"},
		{"charged for a year on the 29th of February", "2026-02-01T12:00:00Z", "2027-02-01T12:00:00Z", 0, true, "2028-02-29T12:00:00Z", time.UTC, "2029-02-28T12:00:00Z"},
		{"charged for a week on the 28th of February", "2026-02-01T12:00:00Z", "2026-02-08T12:00:00Z", 0, true, "2026-02-28T12:00:00Z", time.UTC, "2026-03-07T12:00:00Z"},
		{"every week, later", "2026-02-01T12:00:00Z", "2026-02-08T12:00:00Z", 0, false, "2026-02-28T12:00:00Z", time.UTC, "2026-03-07T12:00:00Z"},
		{"the evening of the 31st in São Paulo is the 1st elsewhere", "2025-12-02T01:00:00Z", "2026-01-02T01:00:00Z", 0, true, "2026-02-01T01:00:00Z", sp, "2026-03-01T01:00:00Z"},
		{"and on that day of theirs later", "2025-12-01T01:00:00Z", "2026-01-01T01:00:00Z", 0, false, "2026-02-01T01:00:00Z", sp, "2026-03-01T01:00:00Z"},
		{"the morning of the 1st in Tokyo is the 31st elsewhere", "2025-12-28T20:00:00Z", "2026-01-28T20:00:00Z", 0, true, "2026-01-31T20:00:00Z", tokyo, "2026-02-28T20:00:00Z"},
		{"the hour stays when the clocks change", "2026-02-15T12:00:00Z", "2026-03-15T12:00:00Z", 0, false, "2026-03-20T12:00:00Z", lisbon, "2026-04-15T11:00:00Z"},
	} {
		s := Subscription{Status: SubscriptionCancelled, ChargeDay: c.day}
		var paid time.Time
		if c.paid != "" {
			paid, s.NextChargeAt = at(c.paid), at(c.due)
		}
		if got := s.NextAfter(paid, c.charged, at(c.accepted), c.zone); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got.Format(time.RFC3339), c.want)
		}
	}
}

func TestPeriodIsGuessedFromTheChargeAndTheNext(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]int{6: 7, 7: 7, 28: 30, 31: 30, 59: 60, 92: 90, 181: 180, 365: 360, 0: 30, -3: 30} {
		if got := period(noon, Subscription{NextChargeAt: noon.AddDate(0, 0, days)}); got != want {
			t.Errorf("the next charge %d days later: a period of %d days, want %d", days, got, want)
		}
	}
	if got := period(time.Time{}, Subscription{NextChargeAt: noon}); got != 30 {
		t.Errorf("nothing is known: %d days", got)
	}
}

func TestParseChargeDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1": 1, " 31 ": 31, "05": 5, "0": 0, "32": 0, "-1": 0, "": 0, "x": 0, "1.5": 0, "99999999999999999999": 0} {
		got, err := ParseChargeDay(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("ParseChargeDay(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}
