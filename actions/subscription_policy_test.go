package actions

import (
	"testing"
	"time"
)

// subscribed is an active monthly subscription with its second charge, as mayCancel sees it; change it as needed.
func subscribed(change ...func(*subscribedCase)) subscribedCase {
	p := paid(func(p *Purchase) { p.ApprovedAt = noon.AddDate(0, 0, -3) })
	c := subscribedCase{newest: p, capability: ByAPI, zone: time.UTC,
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
