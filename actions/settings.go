package actions

import (
	"context"
	"encoding"
	"errors"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// Settings are what a shop decides for itself: the configuration's values, and over them what was changed in chat.
type Settings struct {
	Shop   Shop
	Hours  Hours
	Policy Policy
}

// A Shop is how the shop presents itself, in mails and in chat.
type Shop struct {
	Name         string
	SupportEmail string
	Locale       string // BCP 47: what a reader without a language of his own gets
	Timezone     string // IANA name
}

// Validate returns every mistake at once, by the key of the setting.
func (s Settings) Validate() []PolicyMistake {
	var all []PolicyMistake
	wrong := func(path, problem, key string) {
		all = append(all, PolicyMistake{Path: path, Problem: problem, Key: key})
	}
	if name := strings.TrimSpace(s.Shop.Name); name == "" || len([]rune(name)) > maxShopName || name != strings.Join(strings.Fields(s.Shop.Name), " ") {
		wrong("shop.name", "must be there, in one line", "settings.wrong.name")
	}
	if _, err := mail.ParseAddress(s.Shop.SupportEmail); s.Shop.SupportEmail != "" && (err != nil || !isEmail(s.Shop.SupportEmail)) {
		wrong("shop.support_email", "must be an e-mail address", "email.invalid")
	}
	if !slices.Contains(format.Locales(), s.Shop.Locale) {
		wrong("shop.locale", "must be one of "+strings.Join(format.Locales(), ", "), "language.unknown")
	}
	if _, err := time.LoadLocation(s.Shop.Timezone); err != nil || s.Shop.Timezone == "" || s.Shop.Timezone == "Local" {
		wrong("shop.timezone", "must be a time zone of the IANA list, such as America/Sao_Paulo", "settings.wrong.timezone")
	}
	for _, m := range s.Hours.Validate() {
		m.Path = "hours." + m.Path
		all = append(all, m)
	}
	for _, m := range s.Policy.Validate() {
		m.Path = "policy." + m.Path
		all = append(all, m)
	}
	return all
}

// maxShopName is the longest name of a shop, in characters: it stands in the sender of mails.
const maxShopName = 80

func isEmail(text string) bool {
	_, err := ParseEmail(text)
	return err == nil
}

// A SettingArea is a part of the settings, for finding one.
type SettingArea string

// The areas, in the order in which they are offered.
const (
	AreaShop      SettingArea = "shop"
	AreaHours     SettingArea = "hours"
	AreaRooms     SettingArea = "rooms"
	AreaRefunds   SettingArea = "refunds"
	AreaGuarantee SettingArea = "guarantee" // of one product each
	AreaSecond    SettingArea = "second"
	AreaReminders SettingArea = "reminders"
	AreaEmails    SettingArea = "emails"
	AreaCodes     SettingArea = "codes"
	AreaPrivacy   SettingArea = "privacy"
	AreaAlarms    SettingArea = "alarms"
)

// SettingAreas lists them.
var SettingAreas = []SettingArea{AreaShop, AreaHours, AreaRooms, AreaRefunds, AreaGuarantee, AreaSecond, AreaReminders, AreaEmails, AreaCodes, AreaPrivacy, AreaAlarms}

// An opening is which change of a value takes protection away from money, identity or personal data.
type opening int

const (
	never opening = iota
	more          // a larger number, or on
	less          // a smaller number, or off
)

// A setting is one value that can be changed in chat.
type setting struct {
	key   string
	area  SettingArea
	opens opening
	of    func(*Settings) any // a pointer to it
}

// settings lists all of them, in the order in which they are shown. Of the policy all keys are among them but flood: that
// one is the operator's, and counted before it is known whose account is meant.
var settings = []setting{
	{"shop.name", AreaShop, never, func(s *Settings) any { return &s.Shop.Name }},
	{"shop.support_email", AreaShop, never, func(s *Settings) any { return &s.Shop.SupportEmail }},
	{"shop.locale", AreaShop, never, func(s *Settings) any { return &s.Shop.Locale }},
	{"shop.timezone", AreaShop, never, func(s *Settings) any { return &s.Shop.Timezone }},
	{"hours.days", AreaHours, never, func(s *Settings) any { return &s.Hours.Days }},
	{"hours.from", AreaHours, never, func(s *Settings) any { return &s.Hours.From }},
	{"hours.to", AreaHours, never, func(s *Settings) any { return &s.Hours.To }},
	{"hours.holidays", AreaHours, never, func(s *Settings) any { return &s.Hours.Holidays }},
	{"policy.buyer_refund.enabled", AreaRefunds, more, func(s *Settings) any { return &s.Policy.BuyerRefund.Enabled }},
	{"policy.buyer_refund.max", AreaRefunds, more, func(s *Settings) any { return &s.Policy.BuyerRefund.Max }},
	{"policy.buyer_refund.first_in_months", AreaRefunds, less, func(s *Settings) any { return &s.Policy.BuyerRefund.FirstInMonths }},
	{"policy.buyer_refund.code", AreaRefunds, less, func(s *Settings) any { return &s.Policy.BuyerRefund.Code }},
	{"policy.cancel.code", AreaRefunds, less, func(s *Settings) any { return &s.Policy.Cancel.Code }},
	{"policy.buyer_yearly.without_person", AreaRefunds, more, func(s *Settings) any { return &s.Policy.BuyerYearly.WithoutPerson }},
	{"policy.buyer_yearly.refunds", AreaRefunds, more, func(s *Settings) any { return &s.Policy.BuyerYearly.Refunds }},
	{"policy.agent_daily.refunds", AreaRefunds, more, func(s *Settings) any { return &s.Policy.AgentDaily.Refunds }},
	{"policy.agent_daily.amount", AreaRefunds, more, func(s *Settings) any { return &s.Policy.AgentDaily.Amount }},
	{"policy.second_person.refund_above", AreaSecond, more, func(s *Settings) any { return &s.Policy.SecondPerson.RefundAbove }},
	{"policy.second_person.bulk_above", AreaSecond, more, func(s *Settings) any { return &s.Policy.SecondPerson.BulkAbove }},
	{"policy.bulk.type_above", AreaSecond, more, func(s *Settings) any { return &s.Policy.Bulk.TypeAbove }},
	{"policy.second_factor.required", AreaSecond, less, func(s *Settings) any { return &s.Policy.SecondFactor.Required }},
	{"policy.second_factor.above", AreaSecond, more, func(s *Settings) any { return &s.Policy.SecondFactor.Above }},
	{"policy.proposal_hours", AreaReminders, never, func(s *Settings) any { return &s.Policy.ProposalHours }},
	{"policy.remind.hours", AreaReminders, never, func(s *Settings) any { return &s.Policy.Remind.Hours }},
	{"policy.remind.last_hours", AreaReminders, never, func(s *Settings) any { return &s.Policy.Remind.LastHours }},
	{"policy.cases.first_reply_hours", AreaReminders, never, func(s *Settings) any { return &s.Policy.Cases.FirstReplyHours }},
	{"policy.cases.resolve_hours", AreaReminders, never, func(s *Settings) any { return &s.Policy.Cases.ResolveHours }},
	{"policy.cases.remind_minutes", AreaReminders, never, func(s *Settings) any { return &s.Policy.Cases.RemindMinutes }},
	{"policy.cases.escalate_hours", AreaReminders, never, func(s *Settings) any { return &s.Policy.Cases.EscalateHours }},
	{"policy.cases.reopen_days", AreaReminders, never, func(s *Settings) any { return &s.Policy.Cases.ReopenDays }},
	{"policy.cases.open_per_buyer", AreaReminders, never, func(s *Settings) any { return &s.Policy.Cases.OpenPerBuyer }},
	{"policy.feedback.after_days", AreaReminders, never, func(s *Settings) any { return &s.Policy.Feedback.AfterDays }},
	{"policy.feedback.after_case", AreaReminders, never, func(s *Settings) any { return &s.Policy.Feedback.AfterCase }},
	{"policy.email_change.days", AreaEmails, more, func(s *Settings) any { return &s.Policy.EmailChange.Days }},
	{"policy.email_change.max", AreaEmails, more, func(s *Settings) any { return &s.Policy.EmailChange.Max }},
	{"policy.email_change.unopened_only", AreaEmails, less, func(s *Settings) any { return &s.Policy.EmailChange.UnopenedOnly }},
	{"policy.email_change.freeze_hours", AreaEmails, less, func(s *Settings) any { return &s.Policy.EmailChange.FreezeHours }},
	{"policy.email_change.self_service", AreaEmails, more, func(s *Settings) any { return &s.Policy.EmailChange.SelfService }},
	{"policy.email_change.codes", AreaEmails, less, func(s *Settings) any { return &s.Policy.EmailChange.Codes }},
	{"policy.resend.buyer_daily", AreaCodes, never, func(s *Settings) any { return &s.Policy.Resend.BuyerDaily }},
	{"policy.resend.per_address", AreaCodes, never, func(s *Settings) any { return &s.Policy.Resend.PerAddress }},
	{"policy.resend.per_shop", AreaCodes, never, func(s *Settings) any { return &s.Policy.Resend.PerShop }},
	{"policy.codes.per_address", AreaCodes, more, func(s *Settings) any { return &s.Policy.Codes.PerAddress }},
	{"policy.codes.per_conversation", AreaCodes, more, func(s *Settings) any { return &s.Policy.Codes.PerConversation }},
	{"policy.codes.per_shop", AreaCodes, more, func(s *Settings) any { return &s.Policy.Codes.PerShop }},
	{"policy.reveal.agents", AreaPrivacy, more, func(s *Settings) any { return &s.Policy.Reveal.Agents }},
	{"policy.reveal.per_day", AreaPrivacy, more, func(s *Settings) any { return &s.Policy.Reveal.PerDay }},
	{"policy.reveal.in_export", AreaPrivacy, more, func(s *Settings) any { return &s.Policy.Reveal.InExport }},
	{"policy.product_spike.count", AreaAlarms, never, func(s *Settings) any { return &s.Policy.ProductSpike.Count }},
	{"policy.product_spike.times", AreaAlarms, never, func(s *Settings) any { return &s.Policy.ProductSpike.Times }},
	{"policy.product_spike.least", AreaAlarms, never, func(s *Settings) any { return &s.Policy.ProductSpike.Least }},
}

// settingOf finds a setting by its key.
func settingOf(key string) (setting, bool) {
	for _, d := range settings {
		if d.key == key {
			return d, true
		}
	}
	return setting{}, false
}

// read is the value as the configuration would have it.
func (d setting) read(s Settings) string {
	switch v := d.of(&s).(type) {
	case *string:
		return *v
	case *int:
		return strconv.Itoa(*v)
	case *bool:
		return strconv.FormatBool(*v)
	case encoding.TextMarshaler:
		text, _ := v.MarshalText() // of numbers and words: it never fails
		return string(text)
	}
	return ""
}

// write puts a value in its place, and reports whether it is one of its kind. Whether it makes sense, Validate says.
func (d setting) write(s *Settings, text string) bool {
	text = strings.TrimSpace(text)
	var err error
	switch v := d.of(s).(type) {
	case *string:
		*v = text
	case *int:
		*v, err = strconv.Atoi(text)
	case *bool:
		*v, err = strconv.ParseBool(text)
	case encoding.TextUnmarshaler:
		err = v.UnmarshalText([]byte(text))
	}
	return err == nil
}

// opened reports whether a change takes protection away.
func (d setting) opened(before, after Settings) bool {
	var was, is int
	switch v := d.of(&before).(type) {
	case *int:
		was, is = *v, *d.of(&after).(*int)
	case *Amount:
		was, is = int(*v), int(*d.of(&after).(*Amount))
	case *bool:
		was, is = map[bool]int{true: 1}[*v], map[bool]int{true: 1}[*d.of(&after).(*bool)]
	}
	return d.opens == more && is > was || d.opens == less && is < was
}

// Merge lays what was changed in chat over the configuration's values. What does not fit any more, since the configuration
// has changed below it, is left out and named.
func (s Settings) Merge(changed []store.Setting) (merged Settings, unfit []string) {
	merged = s
	for range changed { // a value that does not fit may take another one with it
		merged = s
		for _, row := range changed {
			d, known := settingOf(row.Key)
			if !known || slices.Contains(unfit, row.Key) {
				continue
			}
			if before := merged; !d.write(&merged, row.Value) {
				merged, unfit = before, append(unfit, row.Key)
			}
		}
		mistakes := merged.Validate()
		found := len(unfit)
		for _, row := range changed {
			if slices.ContainsFunc(mistakes, func(m PolicyMistake) bool { return m.Path == row.Key }) && !slices.Contains(unfit, row.Key) {
				unfit = append(unfit, row.Key)
			}
		}
		if len(unfit) == found {
			break
		}
	}
	return merged, unfit
}

// A settingsVersion is the state of an account's settings that an actor's turn began with.
type settingsVersion struct {
	known bool
	id    string // empty: nothing was ever changed
}

// settingsAt are an account's settings in one state. A state is never changed: each change makes another one.
type settingsAt struct {
	version  string
	settings Settings
}

// settingsOf returns the settings that hold for an actor's turn. Within a process they are read once after each change.
func (c *Core) settingsOf(s *store.Store, who Actor) (Settings, error) {
	v := who.settings
	if !v.known {
		id, err := s.SettingsVersion(who.Account)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // a shop that is not there has changed nothing
			return Settings{}, err
		}
		v = settingsVersion{true, id}
	}
	if v.id == "" {
		return c.config, nil
	}
	if at, ok := c.known.Load(who.Account); ok && at.(settingsAt).version == v.id {
		return at.(settingsAt).settings, nil
	}
	rows, err := s.Settings(who.Account)
	if err != nil {
		return Settings{}, err
	}
	merged, unfit := c.config.Merge(rows)
	if len(unfit) > 0 {
		c.log.Warn("settings of the chat do not fit the configuration, which rules: change them in one of the two", "settings", unfit)
	}
	c.known.Store(who.Account, settingsAt{v.id, merged})
	return merged, nil
}

// policyFor returns the policy that holds for an actor's turn.
func (c *Core) policyFor(s *store.Store, who Actor) (Policy, error) {
	all, err := c.settingsOf(s, who)
	return all.Policy, err
}

// HoursOf returns an account's working hours, and the zone that they are of.
//
// Errors: Unavailable.
func (c *Core) HoursOf(ctx context.Context, account string) (Hours, string, error) {
	s := c.store.In(ctx)
	all, err := c.settingsOf(s, systemActor(account))
	if err != nil {
		return Hours{}, "", failed("read the hours", err)
	}
	row, err := s.Account(account)
	return all.Hours, row.Timezone, failed("read the hours", err)
}
