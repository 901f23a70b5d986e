package flows

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// reportedCases are the numbers of buyers' questions; a shop that has none reads nothing of them.
func reportedCases(s actions.CaseSummary) []flow.Fact {
	var facts []flow.Fact
	if s.Opened+s.Closed+s.Open > 0 {
		facts = flow.Card("cases", flow.T("report.cases_line", "opened", s.Opened, "closed", s.Closed, "open", s.Open))
	}
	var topics []flow.Text
	for _, t := range s.Topics {
		topics = append(topics, flow.T("report.topic", "topic", t.Topic, "count", t.Count))
	}
	facts = append(facts, flow.Card("topics", topics)...)
	if s.FirstReply.Count > 0 {
		facts = append(facts, flow.Card("first_reply", took(s.FirstReply))...)
	}
	if s.Resolution.Count > 0 {
		facts = append(facts, flow.Card("resolution", took(s.Resolution))...)
	}
	if s.Again > 0 {
		facts = append(facts, flow.Card("asked_again", flow.T("report.asked_again", "rate", percent(s.AgainRate), "again", s.Again, "count", s.Askers))...)
	}
	if s.Taken > 0 {
		helped := flow.T("report.helped_later", "taken", s.Taken)
		if s.Deflected >= 0 {
			helped = flow.T("report.helped", "rate", percent(s.Deflected), "helped", s.Helped, "taken", s.Taken)
		}
		facts = append(facts, flow.Card("without_case", helped)...)
	}
	return facts
}

// took says how long half of them took, and nine of ten.
func took(s actions.Spread) flow.Text {
	return flow.T("report.took", "median", workingTime(s.Median), "ninth", workingTime(s.Ninth), "count", s.Count)
}

// workingTime is whole minutes, with hours when there are any. Days would be taken for days of the calendar.
func workingTime(d time.Duration) flow.Text {
	minutes := int(d.Round(time.Minute).Minutes())
	if minutes < 60 {
		return flow.T("report.minutes", "count", strconv.Itoa(minutes))
	}
	return flow.T("report.hours", "hours", strconv.Itoa(minutes/60), "minutes", fmt.Sprintf("%02d", minutes%60))
}
