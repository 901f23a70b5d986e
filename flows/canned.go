package flows

import (
	"maps"
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

// CaseCanned picks an answer that the team keeps ready, and goes on with it in CaseReply, filled with the values of the case.
type CaseCanned struct {
	OfCase
	All   []actions.CannedReply
	After int
	Reply string
}

// NewCaseCanned defines the flow.
func NewCaseCanned(core *actions.Core) flow.Def {
	return unlisted("case_canned", actions.StaffRoles, func() flow.Flow { return &CaseCanned{OfCase: OfCase{core: core}} })
}

// Steps is the flow's table of contents.
func (f *CaseCanned) Steps() []flow.Step {
	pick := flow.Form("pick", flow.Pick("reply", &f.Reply, cannedOptions(f.All, f.After)...)).Card(f.card)
	if f.After+cannedPage < len(f.All) {
		pick = pick.With(flow.Reopen("more", "list", func() { f.After += cannedPage }))
	}
	return []flow.Step{
		flow.Do("list", func(c flow.Call) (err error) {
			if err := f.load(c); err != nil {
				return err
			}
			f.All, err = f.core.CannedReplies(c, c.Who)
			return err
		}),
		flow.When(len(f.All) == 0, flow.Result("none", f.card, f.back())),
		pick,
		flow.Hand("fill", func(c flow.Call) (flow.Launch, error) {
			text, err := f.core.CannedFor(c, c.Who, f.Reply, f.ID)
			return flow.Launch{Flow: "case_reply", Values: map[string]string{"case": f.ID, "text": text}}, err
		}),
	}
}

// cannedPage is how many canned replies a list shows at once.
const cannedPage = 8

func cannedOptions(all []actions.CannedReply, after int) []flow.Option {
	all = all[min(after, len(all)):]
	var list []flow.Option
	for _, r := range all[:min(cannedPage, len(all))] {
		list = append(list, flow.Option{Value: r.ID, Label: flow.Literal(r.Name)})
	}
	return list
}

// Canned keeps the answers that the team has ready, in each language. A case that it comes from fills the preview.
type Canned struct {
	core *actions.Core

	CaseID string
	All    []actions.CannedReply
	After  int
	Reply  string
	Name   string
	Locale string
	Text   string
	Shown  string // Text with values
	Drop   bool
}

// NewCanned defines the flow.
func NewCanned(core *actions.Core) flow.Def {
	return unlisted("canned", actions.Deciders, func() flow.Flow { return &Canned{core: core} })
}

// Given takes the case that the preview is filled with.
func (f *Canned) Given(_ actions.Actor, values map[string]string) { f.CaseID = values["case"] }

// Steps is the flow's table of contents.
func (f *Canned) Steps() []flow.Step {
	fresh := f.Reply == newCanned
	pick := flow.Form("pick", flow.Pick("reply", &f.Reply,
		append(cannedOptions(f.All, f.After), flow.Option{Value: newCanned, Label: flow.T("canned.new")})...))
	if f.After+cannedPage < len(f.All) {
		pick = pick.With(flow.Reopen("more", "list", func() { f.After += cannedPage }))
	}
	again := flow.Open("another", "canned", map[string]string{"case": f.CaseID})
	return []flow.Step{
		flow.Do("list", func(c flow.Call) (err error) {
			f.All, err = f.core.CannedReplies(c, c.Who)
			return err
		}),
		pick,
		flow.When(!fresh, flow.Menu("show", f.card, flow.Go("edit", func() { f.Drop = false }).Styled(flow.Primary),
			flow.Go("delete", func() { f.Drop = true }).Styled(flow.Danger)).Body(f.texts)),
		flow.When(f.Drop, flow.Confirm("drop", f.card).Danger()),
		flow.When(f.Drop, flow.Do("delete", func(c flow.Call) error { return f.core.DeleteCanned(c, c.Who, c.Key, f.Reply) })),
		flow.When(f.Drop, flow.Result("deleted", f.card, again)),
		flow.When(fresh, flow.Form("name", flow.Input("name", &f.Name, parseNote))),
		flow.Form("language", flow.Pick("locale", &f.Locale, cannedLanguages()...)).Card(f.card),
		flow.Form("write", flow.Input("text", &f.Text, actions.CheckCanned).Long()).Card(f.card).Body(f.before),
		flow.Do("fill", f.fill),
		flow.Confirm("confirm", f.card).Body(func() []flow.Text { return []flow.Text{flow.Literal(flow.Prose(f.Shown))} }),
		flow.Do("save", func(c flow.Call) error {
			return f.core.SaveCanned(c, c.Who, actions.CannedInput{Key: c.Key, ID: f.kept().ID, Name: f.Name, Locale: f.Locale, Text: f.Text})
		}),
		flow.Result("saved", f.card, again),
	}
}

// newCanned is the answer of whoever wants to write a new one.
const newCanned = "new"

// cannedLanguages are those that a canned reply may be in, each by its own name.
func cannedLanguages() []flow.Option {
	var list []flow.Option
	for _, locale := range format.Locales() {
		list = append(list, flow.Option{Value: locale, Label: flow.T("language.locale." + locale)})
	}
	return list
}

// kept is the one that was picked; zero for a new one.
func (f *Canned) kept() actions.CannedReply {
	i := slices.IndexFunc(f.All, func(r actions.CannedReply) bool { return r.ID == f.Reply })
	if i < 0 {
		return actions.CannedReply{}
	}
	return f.All[i]
}

func (f *Canned) card() []flow.Fact {
	name := f.Name
	if r := f.kept(); r.ID != "" {
		name = r.Name
	}
	facts := flow.Card("canned", name)
	if f.Locale != "" {
		facts = append(facts, flow.Card("language", flow.T("language.locale."+f.Locale))...)
	}
	return facts
}

// texts are all that is kept, language by language.
func (f *Canned) texts() []flow.Text {
	var lines []flow.Text
	r := f.kept()
	for _, locale := range slices.Sorted(maps.Keys(r.Texts)) {
		lines = append(lines, flow.T("language.locale."+locale), flow.Literal(flow.Prose(r.Texts[locale])))
	}
	return lines
}

// before is the text so far in the chosen language, and what may stand in it.
func (f *Canned) before() []flow.Text {
	var lines []flow.Text
	if text := f.kept().Texts[f.Locale]; text != "" {
		lines = append(lines, flow.T("canned.now"), flow.Literal(flow.Prose(text)))
	}
	fields := make([]string, len(actions.CannedFields))
	for i, name := range actions.CannedFields {
		fields[i] = "{{" + name + "}}"
	}
	return append(lines, flow.T("canned.fields", "fields", fields))
}

// fill shows the text with the values of the case that this came from, else with what stands for them.
func (f *Canned) fill(c flow.Call) (err error) {
	f.Shown, err = f.core.PreviewCanned(c, c.Who, f.Text, f.CaseID)
	return err
}
