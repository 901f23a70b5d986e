package flows

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A Many is work for many on its way to being started: counted, its count typed back when it is large, a reason given, and
// confirmed. Flows embed it, and end with its steps.
type Many struct {
	Run    actions.BulkRun `json:",omitzero"`
	Count  int
	Reason string
	Days   int `json:",omitzero"` // in which a subscriber accepts; 0: the platform asks nobody
}

// manyWords is whose words the steps have, and the flow in which runs are steered.
const manyWords = "bulk"

// steps collect a run, or find one that was collected, and start it.
func (m *Many) steps(core *actions.Core, when bool, collect func(flow.Call) error) []flow.Step {
	r := m.Run
	live := subjectOfRun(r.ID)
	counted := when && r.State != actions.BulkCollecting
	due := counted && r.Total > 0
	steps := []flow.Step{
		flow.When(when, flow.Do("collect", func(c flow.Call) error {
			m.Days = int(core.Terms().Acceptance.Hours() / 24)
			return collect(c)
		})),
		flow.When(when && !counted, flow.Result("collecting", m.card).Live(live)),
		flow.When(counted && r.Total == 0, flow.Result("nobody", m.card)),
		flow.When(due && r.Typed, flow.Form("type", flow.Input("count", &m.Count, m.parseCount)).Card(m.card).Body(m.rule)),
		flow.When(due, flow.Form("why", flow.Input("reason", &m.Reason, parseNote).Long()).Card(m.card)),
		flow.When(due, flow.Confirm("confirm", m.card).Body(m.rule).Danger()),
		flow.When(due, flow.Do("start", func(c flow.Call) (err error) {
			m.Run, err = core.StartBulk(c, c.Who, actions.StartBulkInput{Key: c.Key, Run: m.Run.ID, Count: m.Run.Total, Reason: m.Reason, ReplyTo: c.Identity})
			return err
		})),
		flow.When(due && r.State == actions.BulkProposed, flow.Result("proposed", m.card).Live(live)),
		flow.When(due && r.State != actions.BulkProposed, flow.Result("started", m.card, steer(r)...).Live(live)),
	}
	for i := range steps {
		steps[i] = steps[i].In(manyWords)
	}
	return steps
}

// parseCount takes the count as people write it; it must be the one that was shown.
func (m *Many) parseCount(text string) (int, error) {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	if n, err := strconv.Atoi(digits); err == nil && n == m.Run.Total {
		return n, nil
	}
	return 0, &actions.Error{Code: actions.Invalid, Key: "bulk.wrong_count", Args: map[string]any{"count": m.Run.Total}}
}

func (m *Many) card() []flow.Fact {
	facts := runFacts(m.Run)
	if m.Run.Reason == "" {
		facts = append(facts, flow.Card("reason", m.Reason)...)
	}
	return facts
}

// rule says what it does, and whether somebody else has to agree, before anybody clicks.
func (m *Many) rule() []flow.Text { return append(warned(m.Run, m.Days), verdict(m.Run.Verdict)...) }

func subjectOfRun(id string) string { return "bulk:" + id }

// steer is what can be said to a run: it opens the flow that does it.
func steer(r actions.BulkRun) []flow.Item {
	var items []flow.Item
	for _, do := range steers(r) {
		items = append(items, flow.Open(do, "bulk", map[string]string{"run": r.ID, "do": do}).Labelled(flow.T("bulk.do."+do)))
	}
	return items
}

// steers are the words of what can be said to a run now.
func steers(r actions.BulkRun) []string {
	switch {
	case r.State == actions.BulkRunning:
		return []string{actions.PauseBulk, actions.StopBulk}
	case r.State == actions.BulkPaused:
		return []string{actions.ResumeBulk, actions.StopBulk}
	case r.State == actions.BulkReady:
		return []string{continueRun, actions.StopBulk}
	case r.State == actions.BulkCollecting, r.State == actions.BulkProposed, r.State == actions.BulkChecking:
		return []string{actions.StopBulk}
	case r.Retryable():
		return []string{retryRun}
	}
	return nil
}

// What can be said to a run beside pause, resume and stop.
const (
	continueRun = "continue"
	retryRun    = "retry"
)
