package flows

import (
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Settings shows and changes what the shop decides for itself. A change holds from everybody's next click on; one that
// takes protection away waits for somebody else's agreement, and the card of such a change decides it here.
//
//	/settings                 producers, admins
type Settings struct {
	core *actions.Core

	StepUp
	Place    actions.Room            // the room that this is written in; zero in a private chat
	Passed   map[string]string       // what a card's button passed: the change, and what was pressed
	Counts   map[string]int          // values that were changed in chat, by area
	Waiting  []actions.SettingChange `json:",omitzero"`
	Area     string                  // or changeOption and the id of a change that waits
	List     []actions.Setting       `json:",omitzero"`
	Picked   string                  // key of a setting
	Item     actions.Setting         `json:",omitzero"`
	Value    string
	Act      string                // settingFile, settingHere; empty: another value
	Change   actions.SettingChange `json:",omitzero"`
	Decision string
	Settled  bool // the decision was made here
	ProductList
}

// What can be done beside typing a value.
const (
	settingFile = "file" // back to the configuration's value
	settingHere = "here" // this room
)

const changeOption = "change:"

// NewSettings defines the flow.
func NewSettings(core *actions.Core) flow.Def {
	return flow.Def{Name: "settings", Roles: actions.SettingManagers, New: func() flow.Flow { return &Settings{core: core} }}
}

// Given takes the change and the decision from the card that was pressed.
func (f *Settings) Given(_ actions.Actor, values map[string]string) {
	f.Passed, f.Decision = values, values["decision"]
}

// Steps is the flow's table of contents.
func (f *Settings) Steps() []flow.Step {
	id, deciding := strings.CutPrefix(f.Area, changeOption)
	if f.Passed["change"] != "" {
		id, deciding = f.Passed["change"], true
	}
	change := !deciding
	guarantee := change && actions.SettingArea(f.Area) == actions.AreaGuarantee
	listed := change && !guarantee
	open := f.Change.Status == actions.SettingOpen
	room := f.Item.Kind == actions.SettingRoom
	typed := change && f.Act == "" && !room
	steps := []flow.Step{
		flow.When(f.Passed["change"] == "", flow.Do("look", f.look)),
		flow.When(f.Passed["change"] == "", flow.Form("area", flow.Pick("area", &f.Area, f.areas()...)).Body(f.summary)),
		flow.When(deciding, flow.Do("find", func(c flow.Call) (err error) { f.Change, err = f.core.SettingToDecide(c, c.Who, id); return err })),
		flow.When(deciding && !open && !f.Settled, flow.Result("decided", f.changeFacts)),
		flow.When(deciding && f.Passed["decision"] == "", flow.Form("decide", flow.Choice("decision", &f.Decision, approve, deny)).Card(f.changeFacts)),
		flow.When(deciding && f.Passed["decision"] != "", flow.Confirm("confirm_"+f.decision(), f.changeFacts).Danger()),
		flow.When(guarantee, flow.Do("products", func(c flow.Call) error { return f.products(c, f.core) })),
		flow.When(guarantee, f.pickProduct("product").With(flow.Reopen("areas", "look", nil))),
		flow.When(guarantee, flow.Do("find_product", f.guarantee)),
		flow.When(listed, flow.Do("list", f.list)),
		flow.When(listed && len(f.List) == 0, flow.Result("no_rooms", nil)),
		flow.When(listed, flow.Form("pick", flow.Pick("setting", &f.Picked, f.options()...)).Card(f.lines).With(flow.Reopen("areas", "look", nil))),
		flow.When(listed, flow.Do("load", f.load)),
		flow.When(change && room, f.roomMenu()),
		flow.When(typed, f.form()),
		flow.When(change, flow.Do("check", f.check)),
		flow.When(change, flow.Confirm("confirm", f.facts).Body(f.warning)),
	}
	steps = append(steps, f.StepUp.steps(f.core, true, "")...)
	return append(steps,
		flow.When(deciding, flow.Do("carry_decision", f.decide)),
		flow.When(deciding && f.Change.Status == actions.SettingDone, flow.Result("agreed", f.changeFacts)),
		flow.When(deciding, flow.Result("refused", f.changeFacts)),
		flow.Do("carry_out", f.change),
		flow.When(open, flow.Result("waits", f.changeFacts).Live("setting:"+f.Change.ID)),
		flow.Result("changed", f.changeFacts, flow.Open("settings", "settings", nil)),
	)
}

func (f *Settings) decision() string {
	if f.Decision == deny {
		return deny
	}
	return approve
}

func (f *Settings) look(c flow.Call) error {
	if c.Shared {
		f.Place = actions.Room{Platform: c.Platform, Chat: c.Chat}
	}
	all, err := f.core.Settings(c, c.Who, "")
	if err != nil {
		return err
	}
	f.Counts = map[string]int{}
	for _, s := range all {
		if s.Changed {
			f.Counts[string(s.Area)]++
		}
	}
	f.Waiting, err = f.core.SettingsWaiting(c, c.Who)
	f.Waiting = f.Waiting[:min(len(f.Waiting), listed)]
	return err
}

// areas are one option for each area, and one for each change that waits.
func (f *Settings) areas() []flow.Option {
	var all []flow.Option
	for _, w := range f.Waiting {
		all = append(all, flow.Option{Value: changeOption + w.ID, Label: flow.T("option.setting_waiting", "setting", settingName(w.Setting))})
	}
	for _, a := range actions.SettingAreas {
		label := flow.T("settings.area." + string(a))
		if n := f.Counts[string(a)]; n > 0 {
			label = flow.T("option.area_changed", "area", label, "count", n)
		}
		all = append(all, flow.Option{Value: string(a), Label: label})
	}
	return all
}

// summary says how much differs from the configuration.
func (f *Settings) summary() []flow.Text {
	n := 0
	for _, count := range f.Counts {
		n += count
	}
	if n == 0 {
		return []flow.Text{flow.T("settings.all_file")}
	}
	return []flow.Text{flow.T("settings.some_changed", "count", n)}
}

func (f *Settings) list(c flow.Call) (err error) {
	f.List, err = f.core.Settings(c, c.Who, actions.SettingArea(f.Area))
	if err != nil || actions.SettingArea(f.Area) != actions.AreaRooms || f.Place.Chat == "" {
		return err
	}
	for _, purpose := range actions.RoomPurposes { // this platform's rooms can be set where there is none
		key := "rooms." + purpose + "." + f.Place.Platform
		known := false
		for _, s := range f.List {
			known = known || s.Key == key
		}
		if known {
			continue
		}
		s, err := f.core.Setting(c, c.Who, key)
		if err != nil {
			return err
		}
		f.List = append(f.List, s)
	}
	return nil
}

func (f *Settings) options() []flow.Option {
	list := make([]flow.Option, len(f.List))
	for i, s := range f.List {
		list[i] = flow.Option{Value: s.Key, Label: settingName(s)}
	}
	return list
}

// lines are the area: each setting with its value, and whether chat or configuration says so.
func (f *Settings) lines() []flow.Fact {
	all := make([]flow.Text, len(f.List))
	for i, s := range f.List {
		key := "settings.line"
		if s.Changed {
			key = "settings.line_changed"
		}
		all[i] = flow.T(key, "setting", settingName(s), "value", f.value(s, s.Value), "file", f.value(s, s.File), "who", s.By, "at", s.At)
	}
	return flow.Card("settings", all)
}

// settingName is what people call a setting.
func settingName(s actions.Setting) flow.Text {
	if s.Key == "" {
		return flow.T("settings.setting") // none was picked yet
	}
	if s.Kind == actions.SettingRoom {
		parts := strings.SplitN(s.Key, ".", 3)
		return flow.T("settings.name.rooms."+parts[1], "platform", PlatformName(parts[2]))
	}
	if s.Area == actions.AreaGuarantee {
		return flow.T("settings.name.guarantee", "product", cut(s.Product, 60))
	}
	return flow.T("settings.name." + s.Key)
}

// value is a setting's value as people write it.
func (f *Settings) value(s actions.Setting, text string) any {
	return settingValue(s, text, f.Place.Chat)
}

// settingValue is a value of a setting as people write it. here is the room that is read in.
func settingValue(s actions.Setting, text, here string) any {
	switch s.Kind {
	case actions.SettingNumber:
		n, _ := strconv.Atoi(text)
		if n == 0 && s.Area == actions.AreaGuarantee {
			return flow.T("settings.nothing")
		}
		return n
	case actions.SettingAmount:
		var a actions.Amount
		if a.UnmarshalText([]byte(text)) == nil {
			return a.In(s.Currency)
		}
	case actions.SettingSwitch:
		return text == "true"
	case actions.SettingLocale:
		return flow.T("language.locale." + text)
	case actions.SettingDays:
		return daysText(text)
	case actions.SettingRoom:
		if text == here && here != "" {
			return flow.T("settings.this_room")
		}
	}
	if text == "" {
		return flow.T("settings.nothing")
	}
	return text
}

// daysText names days of the week in order, from Monday on.
func daysText(text string) any {
	var days actions.Days
	if days.UnmarshalText([]byte(text)) != nil {
		return text
	}
	var parts []flow.Text
	for part := range strings.SplitSeq(days.String(), ",") {
		first, last, span := strings.Cut(part, "-")
		one := flow.T("settings.day." + first)
		if span {
			one = flow.T("settings.day_span", "first", one, "last", flow.T("settings.day."+last))
		}
		parts = append(parts, one)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return parts
}

// guarantee loads that of the product that was picked.
func (f *Settings) guarantee(c flow.Call) error {
	p, err := f.core.NamedProduct(c, c.Who, f.Product)
	if err != nil {
		return err
	}
	f.Act, f.Value = "", ""
	f.Item, err = f.core.Setting(c, c.Who, actions.GuaranteeSetting(p))
	return err
}

func (f *Settings) load(c flow.Call) (err error) {
	f.Act, f.Value = "", ""
	for _, s := range f.List {
		if s.Key == f.Picked {
			f.Item = s
		}
	}
	return nil
}

// form asks for a value with what suits its kind.
func (f *Settings) form() flow.Step {
	s := f.Item
	var step flow.Step
	switch s.Kind {
	case actions.SettingSwitch:
		step = flow.Form("value", flow.Choice("switch", &f.Value, "true", "false"))
	case actions.SettingLocale:
		step = flow.Form("value", flow.Pick("locale", &f.Value, localeOptions()...))
	case actions.SettingDays:
		step = flow.Form("value", flow.Or(flow.Choice("days", &f.Value, "mon-fri", "mon-sat", "mon-sun"), &f.Value, parseNote))
	case actions.SettingHolidays:
		step = flow.Form("value", flow.Input("holidays", &f.Value, parseHolidays).Long())
	case actions.SettingAmount:
		step = flow.Form("value", flow.Input("amount", &f.Value, parseAmount))
	case actions.SettingNumber:
		step = flow.Form(f.ask(), flow.Input("number", &f.Value, parseNumber))
	case actions.SettingClock:
		step = flow.Form("value", flow.Input("clock", &f.Value, parseNote))
	default:
		step = flow.Form("value", flow.Input("value", &f.Value, parseNote))
	}
	step = step.Card(f.facts)
	if s.Changed {
		step = step.With(flow.Go("file", func() { f.Act = settingFile }))
	}
	return step
}

// ask is the step that asks for a number.
func (f *Settings) ask() string {
	if f.Item.Area == actions.AreaGuarantee {
		return "guarantee"
	}
	return "value"
}

func localeOptions() []flow.Option {
	list := make([]flow.Option, len(Locales))
	for i, l := range Locales {
		list[i] = flow.Option{Value: l, Label: flow.T("language.locale." + l)}
	}
	return list
}

// roomMenu is how a room is set: from inside it, so that nobody types ids.
func (f *Settings) roomMenu() flow.Step {
	var items []flow.Item
	if strings.HasSuffix(f.Item.Key, "."+f.Place.Platform) && f.Place.Chat != "" && f.Place.Chat != f.Item.Value {
		items = append(items, flow.Go("here", func() { f.Act = settingHere }).Styled(flow.Primary))
	}
	if f.Item.Changed {
		items = append(items, flow.Go("file", func() { f.Act = settingFile }))
	}
	return flow.Menu("room", f.facts, items...)
}

// noHolidays is how somebody says that there are none: an empty field is one that was forgotten.
const noHolidays = "-"

// parseHolidays takes days, or noHolidays.
func parseHolidays(text string) (string, error) {
	var days actions.Holidays
	if text = strings.TrimSpace(text); text == noHolidays {
		return text, nil
	}
	if err := days.UnmarshalText([]byte(text)); err != nil {
		return "", &actions.Error{Code: actions.Invalid, Key: "settings.wrong.holidays"}
	}
	return string(days), nil
}

// parseNumber takes a whole number as people write it.
func parseNumber(text string) (string, error) {
	text = strings.NewReplacer(".", "", " ", "", "\u00a0", "").Replace(strings.TrimSpace(text))
	if _, err := strconv.Atoi(text); err != nil {
		return "", &actions.Error{Code: actions.Invalid, Key: "settings.wrong.number"}
	}
	return text, nil
}

// parseAmount takes an amount as people write it in any of our languages: 1.250,00 and 1,250.00, with or without a currency.
func parseAmount(text string) (string, error) {
	text = strings.Trim(strings.TrimSpace(text), "R$€£US \u00a0")
	if whole, cents, ok := cutLast(text, ".,"); ok && len(cents) <= 2 && strings.Trim(cents, "0123456789") == "" {
		text = strings.NewReplacer(".", "", ",", "", " ", "").Replace(whole) + "." + cents
	} else {
		text = strings.NewReplacer(".", "", ",", "", " ", "").Replace(text)
	}
	var a actions.Amount
	if err := a.UnmarshalText([]byte(text)); err != nil {
		return "", &actions.Error{Code: actions.Invalid, Key: "settings.wrong.amount"}
	}
	return a.String(), nil
}

// cutLast cuts a text at the last of some characters.
func cutLast(text, chars string) (before, after string, ok bool) {
	i := strings.LastIndexAny(text, chars)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// check finds out whether the value can be, before anybody confirms it.
func (f *Settings) check(c flow.Call) error {
	if f.Act == settingHere {
		f.Value = f.Place.Chat
	}
	x, err := f.core.CheckSetting(c, c.Who, f.input(c))
	if err != nil {
		e := *actions.AsError(err)
		if e.Field == "value" {
			e.Field = f.field()
		}
		return &e
	}
	f.Change = x
	return nil
}

// field is the one that the value was typed in.
func (f *Settings) field() string {
	switch f.Item.Kind {
	case actions.SettingText:
		return "value"
	case actions.SettingRoom:
		return ""
	}
	return string(f.Item.Kind)
}

func (f *Settings) input(c flow.Call) actions.ChangeSettingInput {
	value := f.Value
	if f.Item.Kind == actions.SettingHolidays && value == noHolidays {
		value = ""
	}
	return actions.ChangeSettingInput{Key: c.Key, Setting: f.Item.Key, Value: value, Reset: f.Act == settingFile, ReplyTo: c.Identity}
}

// warning says what a change needs, or what it does not change.
func (f *Settings) warning() []flow.Text {
	if f.Change.Status == actions.SettingOpen {
		return []flow.Text{flow.T("settings.needs_second")}
	}
	return []flow.Text{flow.T("settings.at_once")}
}

func (f *Settings) change(c flow.Call) (err error) {
	in := f.input(c)
	in.Factor, f.Factor = f.Factor, "" // it is good once
	f.Change, err = f.core.ChangeSetting(c, c.Who, in)
	return err
}

func (f *Settings) decide(c flow.Call) (err error) {
	in := actions.DecideSettingInput{Key: c.Key, Change: f.Change.ID, Agree: f.Decision != deny, Factor: f.Factor}
	f.Factor = "" // it is good once
	f.Change, err = f.core.DecideSetting(c, c.Who, in)
	f.Settled = err == nil
	return err
}

// facts are the setting, and what it becomes.
func (f *Settings) facts() []flow.Fact {
	s := f.Item
	facts := flow.Card("setting", settingName(s), "now", f.value(s, s.Value))
	if f.Change.After != "" || f.Change.Status != "" {
		facts = append(facts, flow.Card("then", f.value(s, f.Change.After))...)
	}
	came := "in_file"
	if s.Area == actions.AreaGuarantee {
		came = "came_with"
	}
	facts = append(facts, flow.Card(came, f.value(s, s.File))...)
	if s.Changed {
		facts = append(facts, flow.Card("changed_by", flow.T("settings.by", "who", s.By, "at", flow.Moment(s.At)))...)
	}
	return facts
}

func (f *Settings) changeFacts() []flow.Fact { return settingFacts(f.Change, f.Place.Chat) }

// settingFacts are a change: before, after, and who wants it.
func settingFacts(x actions.SettingChange, here string) []flow.Fact {
	s := x.Setting
	facts := flow.Card("setting", settingName(s), "before", settingValue(s, s.Value, here), "then", settingValue(s, x.After, here))
	switch {
	case x.Status == actions.SettingOpen:
		return append(facts, flow.Card("asked_by", x.AskedBy, "expires_at", flow.Moment(x.ExpiresAt))...)
	case x.DecidedBy != "":
		return append(facts, flow.Card("asked_by", x.AskedBy, "decided", x.DecidedBy)...)
	}
	return facts
}
