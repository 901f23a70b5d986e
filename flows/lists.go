package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Lists are the contact lists: who is on them, by which rule, and whom to put there or take away by hand.
//
//	/lists                    producers, admins
type Lists struct {
	core *actions.Core

	Passed  string // list that another flow's button names
	Tags    bool   // tags are shown instead
	After   string
	Earlier []string
	Page    actions.ListPage `json:",omitzero"`
	Picked  string
	List    actions.List `json:",omitzero"`
	Act     string
	Name    string
	Search  string
	People  actions.ListMemberPage `json:",omitzero"`
	Behind  string
	Before  []string
	Person  string
	Email   actions.Email
	Manager bool // there is a list manager
	Offered bool // it may be exported with whole addresses, for a reason
	Names   string
	Reason  actions.Reason
	Note    string
	Export  actions.ListExport `json:",omitzero"`
}

// What can be done with a list.
const (
	listNew     = "new"
	listMembers = "members"
	listAdd     = "add"
	listRename  = "rename"
	listExport  = "export"
	listArchive = "archive"
	listSync    = "sync"
)

// NewLists defines the flow.
func NewLists(core *actions.Core) flow.Def {
	return flow.Def{Name: "lists", Roles: actions.ListKeepers, New: func() flow.Flow { return &Lists{core: core} }}
}

// Given takes the list that a button names.
func (f *Lists) Given(_ actions.Actor, values map[string]string) {
	f.Passed = values["list"]
	f.Picked = f.Passed
}

// Steps is the flow's table of contents.
func (f *Lists) Steps() []flow.Step {
	choosing, making := f.Passed == "", f.Act == listNew
	items := []flow.Item{flow.Go("new", func() { f.Act, f.Picked = listNew, "" }).Styled(flow.Primary), flow.Open("rules", "list_rules", nil), flow.Open("hooks", "hooks", nil)}
	pick := flow.Form("pick", flow.Pick("list", &f.Picked, f.options()...)).With(f.turns()...).With(items...)
	steps := []flow.Step{
		flow.When(choosing, flow.Do("list", f.list)),
		flow.When(choosing && len(f.Page.Lists) == 0 && !f.Tags, flow.Menu("none", nil, items...)),
		flow.When(choosing && (len(f.Page.Lists) > 0 || f.Tags), pick),
		flow.When(making, flow.Form("create", flow.Input("name", &f.Name, actions.ParseListName))),
		flow.When(making, flow.Do("make", f.make)),
		flow.When(making, flow.Result("made", f.card, flow.Open("rule", "list_rules", map[string]string{"list": f.Picked}), flow.Open("open", "lists", map[string]string{"list": f.Picked}))),
		flow.Do("load", f.load),
		flow.Menu("one", f.card, f.acts()...),
	}
	steps = append(steps, f.members()...)
	return append(steps,
		flow.When(f.Act == listAdd, flow.Form("who", flow.Input("email", &f.Email, actions.ParseEmail)).Card(f.named)),
		flow.When(f.Act == listAdd, flow.Do("put", f.put)),
		flow.When(f.Act == listAdd, flow.Result("put_on", f.whom, f.reopen())),
		flow.When(f.Act == listRename, flow.Form("another", flow.Input("name", &f.Name, actions.ParseListName)).Card(f.named)),
		flow.When(f.Act == listRename, flow.Do("rename", f.rename)),
		flow.When(f.Act == listRename, flow.Result("renamed", f.card, f.reopen())),
		flow.When(f.Act == listExport && f.Offered, flow.Form("names", flow.Choice("names", &f.Names, maskedNames, wholeNames)).Card(f.named)),
		flow.When(f.Act == listExport && f.Names == wholeNames, flow.Form("why",
			flow.Choice("reason", &f.Reason, actions.RevealReasons...),
			flow.Input("note", &f.Note, parseNote).Long()).In("reveal")),
		flow.When(f.Act == listExport, flow.Do("export", f.export)),
		flow.When(f.Act == listExport, flow.Result("exported", f.exported).Live("file:"+f.Export.File)),
		flow.When(f.Act == listSync, flow.Confirm("there", f.card)),
		flow.When(f.Act == listSync, flow.Do("sync", func(c flow.Call) error { return f.core.SyncList(c, c.Who, c.Key, f.List.ID) })),
		flow.When(f.Act == listSync, flow.Result("syncing", f.named, f.reopen())),
		flow.When(f.Act == listArchive, flow.Confirm("sure", f.card).Danger()),
		flow.When(f.Act == listArchive, flow.Do("archive", func(c flow.Call) error { return f.core.ArchiveList(c, c.Who, c.Key, f.List.ID) })),
		flow.When(f.Act == listArchive, flow.Result("archived", f.named)),
	)
}

// turns are the buttons that lead to other pages, and from lists to tags.
func (f *Lists) turns() []flow.Item {
	var items []flow.Item
	if f.Page.Next != "" {
		items = append(items, flow.Reopen("more", "list", func() { f.Earlier, f.After = append(f.Earlier, f.After), f.Page.Next }))
	}
	if last := len(f.Earlier) - 1; last >= 0 {
		items = append(items, flow.Reopen("previous", "list", func() { f.After, f.Earlier = f.Earlier[last], f.Earlier[:last] }))
	}
	other := "tags"
	if f.Tags {
		other = "lists"
	}
	return append(items, flow.Reopen(other, "list", func() { f.Tags, f.After, f.Earlier = !f.Tags, "", nil }))
}

func (f *Lists) acts() []flow.Item {
	do := func(act string) flow.Item { return flow.Go(act, func() { f.Act = act }) }
	var sync []flow.Item
	if f.Manager && !f.List.Synced {
		sync = append(sync, do(listSync))
	}
	return append([]flow.Item{do(listMembers).Styled(flow.Primary), do(listAdd), flow.Open("rule", "list_rules", map[string]string{"list": f.List.ID}),
		do(listExport), do(listRename), do(listArchive)}, sync...)
}

// members are the steps that show who is on the list, and take somebody off it.
func (f *Lists) members() []flow.Step {
	looking, gone := f.Act == listMembers, f.Person != ""
	var pages []flow.Item
	if f.People.Next != "" {
		pages = append(pages, flow.Reopen("more", "find", func() { f.Before, f.Behind = append(f.Before, f.Behind), f.People.Next }))
	}
	if last := len(f.Before) - 1; last >= 0 {
		pages = append(pages, flow.Reopen("previous", "find", func() { f.Behind, f.Before = f.Before[last], f.Before[:last] }))
	}
	search := flow.Reopen("search", "filter", func() { f.Behind, f.Before = "", nil })
	return []flow.Step{
		flow.When(looking, flow.Form("filter", flow.Input("search", &f.Search, parseNote).Optional()).Card(f.named)),
		flow.When(looking, flow.Do("find", f.find)),
		flow.When(looking && len(f.People.Members) == 0, flow.Menu("nobody", f.named, search)),
		flow.When(looking, flow.Form("people", flow.Pick("person", &f.Person, f.people()...)).Card(f.named).With(pages...).With(search)),
		flow.When(looking && gone, flow.Confirm("take_off", f.whom).Danger()),
		flow.When(looking && gone, flow.Do("take", f.take)),
		flow.When(looking && gone, flow.Result("taken", f.whom, f.reopen())),
	}
}

func (f *Lists) reopen() flow.Item {
	return flow.Open("open", "lists", map[string]string{"list": f.List.ID})
}

func (f *Lists) list(c flow.Call) (err error) {
	f.Page, err = f.core.Lists(c, c.Who, f.Tags, f.After, listed)
	return err
}

func (f *Lists) options() []flow.Option {
	all := make([]flow.Option, len(f.Page.Lists))
	for i, l := range f.Page.Lists {
		all[i] = flow.Option{Value: l.ID, Label: flow.T("option.contact_list", "name", l.Name, "count", l.Members)}
	}
	return all
}

func (f *Lists) make(c flow.Call) error {
	id, err := f.core.SaveList(c, c.Who, actions.ListInput{Key: c.Key, Name: f.Name})
	if err != nil {
		return inForm(err, "name")
	}
	f.Picked = id
	f.List, err = f.core.List(c, c.Who, id)
	return err
}

// inForm has an error reopen the form that asked for a field.
func inForm(err error, field string) error {
	if e := *actions.AsError(err); e.Has(actions.Conflict, actions.Invalid, actions.NotFound) {
		e.Field = field
		return &e
	}
	return err
}

func (f *Lists) load(c flow.Call) (err error) {
	f.List, err = f.core.List(c, c.Who, f.Picked)
	f.Manager = f.core.CanSyncLists()
	f.Offered = f.core.MayRevealExports(c, c.Who)
	return err
}

func (f *Lists) find(c flow.Call) (err error) {
	f.Person = ""
	f.People, err = f.core.ListMembers(c, c.Who, f.List.ID, f.Search, f.Behind, listed)
	return err
}

func (f *Lists) people() []flow.Option {
	all := make([]flow.Option, len(f.People.Members))
	for i, m := range f.People.Members {
		key := "option.list_member"
		if m.Silent {
			key = "option.list_member_silent"
		}
		all[i] = flow.Option{Value: m.Buyer, Label: flow.T(key, "name", flow.PersonName(short(m.Name)), "since", m.Since)}
	}
	return all
}

func (f *Lists) take(c flow.Call) error {
	return f.core.ListByHand(c, c.Who, actions.MemberInput{Key: c.Key, List: f.List.ID, Buyer: f.Person, Out: true})
}

func (f *Lists) put(c flow.Call) error {
	return f.core.ListByHand(c, c.Who, actions.MemberInput{Key: c.Key, List: f.List.ID, Email: f.Email})
}

func (f *Lists) rename(c flow.Call) error {
	if _, err := f.core.SaveList(c, c.Who, actions.ListInput{Key: c.Key, List: f.List.ID, Name: f.Name}); err != nil {
		return inForm(err, "name")
	}
	f.List.Name = f.Name
	return nil
}

func (f *Lists) export(c flow.Call) (err error) {
	in := actions.ListExportInput{Key: c.Key, List: f.List.ID}
	if f.Names == wholeNames {
		in.Reveal = &actions.RevealExportInput{Key: c.Key + "/whole", Reason: f.Reason, Note: f.Note}
	}
	f.Export, err = f.core.ExportList(c, c.Who, in)
	return err
}

func (f *Lists) exported() []flow.Fact {
	return flow.Card("list", f.List.Name, "rows", f.Export.Rows, "kept_back", f.Export.LeftOut)
}

func (f *Lists) named() []flow.Fact { return flow.Card("list", f.List.Name) }

func (f *Lists) card() []flow.Fact {
	l := f.List
	var synced any
	if l.Synced {
		synced = true
	}
	return flow.Card("list", l.Name, "members", members(l.Members), "silent", silent(l.Silent), "synced", synced, "created_at", l.CreatedAt)
}

// members says how many are on a list.
func members(count int) flow.Text {
	if count == 0 {
		return flow.T("lists.no_members")
	}
	return flow.T("lists.members", "count", count)
}

// silent says how many want no mail; nothing when it is nobody.
func silent(count int) any {
	if count == 0 {
		return nil
	}
	return flow.T("lists.silent", "count", count)
}

// whom is somebody who is put on the list, or taken off it.
func (f *Lists) whom() []flow.Fact {
	for _, m := range f.People.Members {
		if m.Buyer == f.Person {
			return flow.Card("list", f.List.Name, "buyer", flow.PersonName(m.Name), "email", m.Email, "joined_at", m.Since, "joined_by", joinedBy(m))
		}
	}
	return flow.Card("list", f.List.Name, "email", f.Email)
}

// joinedBy says what put somebody on a list.
func joinedBy(m actions.ListMember) flow.Text {
	if m.Event == "" {
		return flow.T("lists.by_hand")
	}
	return flow.T("list_rules.event." + string(m.Event))
}
