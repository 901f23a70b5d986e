package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// commandOptions are what can be said with a command at once: fields of its flow's first form, in the order in which
// they are offered. Suggested ones are completed by Suggesters.
var commandOptions = map[string][]flow.CommandOption{
	"find": {
		{Name: "query", Suggest: true}, {Name: "product"}, {Name: "status", Choices: choices(statuses)}, {Name: "period"},
	},
	"refund":  {{Name: "transaction", Suggest: true}},
	"resend":  {{Name: "transaction", Suggest: true}, {Name: "product", Suggest: true}},
	"checkin": {{Name: "query", Suggest: true}},
	"case":    {{Name: "query", Suggest: true}},
	"email":   {{Name: "transaction", Suggest: true}},
	"audit":   {{Name: "who"}, {Name: "area", Choices: choices(actions.AuditAreas)}, {Name: "period"}, {Name: "text"}},
	"report":  {{Name: "period", Choices: choices(actions.ReportPeriods)}, {Name: "product"}},
	"join":    {{Name: "code"}},

	"feedback": {{Name: "transaction"}, {Name: "wanted", Choices: choices(wantedFeedback)}, {Name: "product"}},

	"cancel":     {{Name: "subscription", Suggest: true}, {Name: "product", Suggest: true}},
	"reactivate": {{Name: "subscription", Suggest: true}, {Name: "product", Suggest: true}},

	passwordFlow: {{Name: "transaction", Suggest: true}},
}

func choices[T ~string](values []T) []flow.LocalChoice {
	all := make([]flow.LocalChoice, len(values))
	for i, v := range values {
		all[i].Value = string(v)
	}
	return all
}

// Describe lists all commands with their words in every language, for platforms that show them while they are typed.
func Describe(words flow.Words) []flow.CommandInfo {
	everywhere := func(key string) map[string]string {
		all := map[string]string{}
		for _, locale := range Locales {
			all[locale] = words.Text(flow.T(key), flow.Reader{Locale: locale})
		}
		return all
	}
	staff, buyers := Commands(actions.Admin), Commands(actions.BuyerRole)
	var infos []flow.CommandInfo
	for _, d := range append(All(nil), flow.Def{Name: flow.Stop}) {
		if d.Unlisted {
			continue
		}
		info := flow.CommandInfo{
			Word: d.Name, About: everywhere("about." + d.Name), Rare: d.Rare,
			Staff: slices.Contains(staff, d.Name), Buyers: slices.Contains(buyers, d.Name),
		}
		for _, o := range commandOptions[d.Name] {
			o.Label = everywhere(d.Name + "." + o.Name)
			o.Choices = slices.Clone(o.Choices)
			for i, c := range o.Choices {
				o.Choices[i].Label = everywhere(d.Name + "." + o.Name + "." + c.Value)
			}
			info.Options = append(info.Options, o)
		}
		infos = append(infos, info)
	}
	return infos
}
