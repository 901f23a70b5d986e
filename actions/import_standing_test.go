package actions

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A word is one thing said about a purchase's status.
type word struct {
	status Status
	at     time.Time // of the event; of a report's row, the last time that it names
	read   time.Time // when the report, or the platform, was read; zero for events
	seen   bool      // on the platform itself
}

func (w word) fitIn(s standing) standing {
	if w.read.IsZero() {
		s, _ = s.told(w.status, string(w.status), w.at)
		return s
	}
	if w.seen {
		s, _ = s.see(w.status, string(w.status), w.at, w.read)
		return s
	}
	return s.report(w.status, string(w.status), w.at, w.read)
}

func allStatuses() []Status {
	var all []Status
	for s := range statusRank {
		if s != "" {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	return all
}

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// words draws what is said of one purchase. Few instants, so that many things are said at the same one.
func words(t *rapid.T, seen bool) []word {
	statuses := allStatuses()
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) word {
		w := word{status: rapid.SampledFrom(statuses).Draw(t, "status"), at: epoch.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "at")) * time.Hour)}
		if rapid.Bool().Draw(t, "by a report") {
			w.read = w.at.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "read")) * time.Hour)
			w.seen = seen && rapid.Bool().Draw(t, "by reading the platform")
		}
		return w
	}), 1, 8).Draw(t, "words")
}

// shuffled draws another order in which the same words may arrive, and repetitions of events. Reports are read one after
// the other; events about the same time may arrive before, between and after them.
func shuffled(t *rapid.T, all []word) []word {
	order := rapid.Permutation(all).Draw(t, "order")
	reports := slices.DeleteFunc(slices.Clone(all), func(w word) bool { return w.read.IsZero() })
	slices.SortStableFunc(reports, func(a, b word) int { return a.read.Compare(b.read) })
	for i := range order {
		if !order[i].read.IsZero() {
			order[i], reports = reports[0], reports[1:]
		}
	}
	events := slices.DeleteFunc(slices.Clone(all), func(w word) bool { return !w.read.IsZero() })
	if len(events) > 0 {
		order = append(order, rapid.SliceOfN(rapid.SampledFrom(events), 0, 4).Draw(t, "repeated")...)
	}
	return order
}

// TestStandingIgnoresOrder: the same words in any order, and any number of times, end in the same standing; and none of
// them ever takes back what is final.
func TestStandingIgnoresOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := words(t, false)
		var want standing
		for _, w := range shuffled(t, all) {
			want = w.fitIn(want)
		}
		again := shuffled(t, all)
		var got standing
		for _, w := range again {
			before := got
			got = w.fitIn(got)
			if final(before.status) && statusRank[got.status] < statusRank[before.status] {
				t.Fatalf("%+v took %s back to %s", w, before.status, got.status)
			}
			if !w.read.IsZero() && statusRank[got.status] < statusRank[before.status] {
				t.Fatalf("a report took %s back to %s", before.status, got.status)
			}
		}
		if got != want {
			t.Fatalf("in the order\n%+v\ngot  %+v\nwant %+v", again, got, want)
		}
	})
}

// TestStandingIgnoresOrderOfReadings: what is read from the platform, one reading after the other, and what is told by events
// and reports from before and after each, end in the same status whatever comes in between; and a reading is right about what
// happened before it.
func TestStandingIgnoresOrderOfReadings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := words(t, true)
		var want, got standing
		for _, w := range shuffled(t, all) {
			want = w.fitIn(want)
		}
		again := shuffled(t, all)
		for _, w := range again {
			before := got
			got = w.fitIn(got)
			if final(before.status) && statusRank[got.status] < statusRank[before.status] {
				t.Fatalf("%+v took %s back to %s", w, before.status, got.status)
			}
			if w.seen && phaseOf(w.status) == got.phase() && got.phase() != phaseEnded && got.status != w.status && !got.at.After(w.read) {
				t.Fatalf("%+v was read, and not believed: %+v", w, got)
			}
		}
		if got.status != want.status {
			t.Fatalf("in the order\n%+v\ngot  %+v\nwant %+v", again, got, want)
		}
	})
}

// TestStanding: the lives of purchases, and what arrives too late.
func TestStanding(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Hour) }
	event := func(s Status, at int) word { return word{status: s, at: hour(at)} }
	row := func(s Status, at, read int) word { return word{status: s, at: hour(at), read: hour(read)} }
	look := func(s Status, read int) word { return word{status: s, at: hour(1), read: hour(read), seen: true} }
	for name, c := range map[string]struct {
		words []word
		want  Status
	}{
		"boleto that is paid":                        {[]word{event(WaitingPayment, 1), event(Approved, 2), event(Complete, 9)}, Complete},
		"boleto told after it was paid":              {[]word{event(Approved, 2), event(WaitingPayment, 1)}, Approved},
		"claim that is withdrawn":                    {[]word{event(Approved, 1), event(Disputed, 2), event(Approved, 3)}, Approved},
		"claim told after it was withdrawn":          {[]word{event(Approved, 1), event(Approved, 3), event(Disputed, 2)}, Approved},
		"refund, then completion by a clock":         {[]word{event(Approved, 1), event(Refunded, 2), event(Complete, 9)}, Refunded},
		"refund told late":                           {[]word{event(Complete, 9), event(Refunded, 2)}, Refunded},
		"chargeback of what was refunded":            {[]word{event(Refunded, 2), event(Chargeback, 9)}, Chargeback},
		"refund of what was charged back":            {[]word{event(Chargeback, 2), event(Refunded, 9)}, Chargeback},
		"at the same instant the further":            {[]word{event(Complete, 2), event(Approved, 2)}, Complete},
		"a word that nobody knows":                   {[]word{event(Approved, 1), event(UnknownStatus, 2)}, UnknownStatus},
		"and one that is known after it":             {[]word{event(UnknownStatus, 2), event(Complete, 3)}, Complete},
		"report moves forward":                       {[]word{event(Approved, 1), row(Complete, 1, 5)}, Complete},
		"report moves nothing back":                  {[]word{event(Complete, 4), row(Approved, 1, 5)}, Complete},
		"older report":                               {[]word{row(Complete, 1, 5), row(Approved, 1, 6)}, Complete},
		"history first, then the events of then":     {[]word{row(Complete, 1, 5), event(WaitingPayment, 0), event(Approved, 2)}, Complete},
		"a claim after the history":                  {[]word{row(Complete, 1, 5), event(Disputed, 6)}, Disputed},
		"a claim before the report was read":         {[]word{event(Disputed, 4), row(Complete, 1, 5)}, Disputed},
		"a claim that the report knows, then ended":  {[]word{row(Disputed, 1, 5), event(Complete, 6)}, Complete},
		"read, and a claim from before is told late": {[]word{event(Approved, 1), look(Approved, 3), event(Disputed, 2)}, Approved},
		"read, and a claim from after it":            {[]word{event(Approved, 1), look(Approved, 3), event(Disputed, 4)}, Disputed},
		"a claim from after what is read late":       {[]word{event(Approved, 1), event(Disputed, 4), look(Approved, 3)}, Disputed},
		"a claim that was withdrawn, as is read":     {[]word{event(Approved, 1), event(Disputed, 2), look(Approved, 3)}, Approved},
		"read before the refund shows":               {[]word{event(Refunded, 2), look(Approved, 3)}, Refunded},
		"a refund that only the reading tells":       {[]word{event(Approved, 2), look(Refunded, 3), event(Complete, 9)}, Refunded},
		"read, then a refund that is told late":      {[]word{look(Approved, 3), event(Refunded, 2)}, Refunded},
		"a report is forgotten when it is read":      {[]word{row(Disputed, 1, 2), look(Approved, 3)}, Approved},
		"report of a refund":                         {[]word{event(Approved, 2), row(Refunded, 1, 5), event(Complete, 9)}, Refunded},
	} {
		var s standing
		for _, w := range c.words {
			s = w.fitIn(s)
		}
		if s.status != c.want {
			t.Errorf("%s: %s, want %s", name, s.status, c.want)
		}
	}
}
