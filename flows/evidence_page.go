package flows

import (
	"bytes"
	_ "embed"
	"html/template"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

//go:embed evidence.html
var evidenceHTML string

// evidencePage writes the summary of a pack as a page that can be printed: it needs nothing from anywhere, and runs nothing.
func evidencePage(e actions.Evidence, locale string, say func(flow.Text) string) ([]byte, error) {
	page, err := template.New("evidence").Funcs(template.FuncMap{
		"t":     func(key string) string { return say(flow.T("evidence.page." + key)) },
		"label": func(name string) string { return say(flow.T("card." + name)) },
		"value": func(v any) string { return say(flow.T("evidence.page.value", "value", v)) },
		"local": func(i actions.Instant) string { return say(flow.T("evidence.page.value", "value", flow.Moment(i.At))) },
		"rule": func(v actions.Verdict) string {
			return say(flow.Text{Key: "verdict." + v.Rule, Args: v.Numbers.Args()})
		},
		"outcome": func(s actions.RequestState) string { return say(flow.T("outcome." + string(s))) },
		"what": func(x actions.EvidenceEntry) string {
			return say(happened(actions.AuditEntry{At: x.At.At, Actor: x.ActorName, Staff: x.Staff && x.Actor != "system", Action: x.Action}))
		},
		"locale": func() string { return locale },
	}).Parse(evidenceHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, e); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
