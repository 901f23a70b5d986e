package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A SettingKind says how a value is asked for and shown.
type SettingKind string

// The kinds of settings.
const (
	SettingText     SettingKind = "text"
	SettingNumber   SettingKind = "number"
	SettingAmount   SettingKind = "amount" // in hundredths of the account's currency
	SettingSwitch   SettingKind = "switch"
	SettingLocale   SettingKind = "locale"
	SettingDays     SettingKind = "days"
	SettingClock    SettingKind = "clock"
	SettingHolidays SettingKind = "holidays"
	SettingRoom     SettingKind = "room" // a chat by its platform's own id
)

// A Setting is one value as who manages the settings sees it. Values are written as the configuration has them.
type Setting struct {
	Key      string
	Area     SettingArea
	Kind     SettingKind
	Value    string // in force
	File     string // the configuration's
	Changed  bool   // it was changed in chat
	By       string // name of who did
	At       time.Time
	Currency string // of the account
	Product  string // whose guarantee it is, by name
}

// SettingManagers are the roles that see and change settings: those who manage the team.
var SettingManagers = []Role{Producer, Admin}

// Setting returns one setting.
//
// Errors: NotFound; Denied for who manages no settings; Unavailable.
func (c *Core) Setting(ctx context.Context, who Actor, key string) (Setting, error) {
	list, err := c.Settings(ctx, who, "")
	if err != nil {
		return Setting{}, err
	}
	for _, s := range list {
		if s.Key == key {
			return s, nil
		}
	}
	if purpose, platform, ok := roomKey(key); ok { // nowhere yet
		return Setting{Key: key, Area: AreaRooms, Kind: SettingRoom, File: c.configuredRoom(purpose, platform)}, nil
	}
	if code, ok := guaranteeKey(key); ok {
		return c.guaranteeSetting(c.store.In(ctx), who.Account, code)
	}
	return Setting{}, &Error{Code: NotFound, Key: "settings.unknown", Field: "setting"}
}

// Settings lists the settings of an area, or all of them when it is empty. Rooms are listed where there is one, guarantees where
// one was changed.
//
// Errors: Denied for who manages no settings; Unavailable.
func (c *Core) Settings(ctx context.Context, who Actor, area SettingArea) ([]Setting, error) {
	if !who.Is(SettingManagers...) && !who.Is(System) {
		return nil, notYourSettings()
	}
	s := c.store.In(ctx)
	rows, err := s.Settings(who.Account)
	if err != nil {
		return nil, failed("list settings", err)
	}
	account, err := s.Account(who.Account)
	if err != nil {
		return nil, failed("list settings", err)
	}
	merged, unfit := c.config.Merge(rows)
	changed := map[string]store.Setting{}
	for _, row := range rows {
		if !slices.Contains(unfit, row.Key) {
			changed[row.Key] = row
		}
	}
	var all []Setting
	add := func(x Setting) {
		if row, ok := changed[x.Key]; ok {
			x.Changed, x.By, x.At = true, row.ChangedBy, row.ChangedAt.UTC()
		}
		x.Currency = account.Currency
		if area == "" || x.Area == area {
			all = append(all, x)
		}
	}
	for _, d := range settings {
		add(Setting{Key: d.key, Area: d.area, Kind: d.kind(), Value: d.read(merged), File: d.read(c.config)})
	}
	for _, purpose := range RoomPurposes {
		for _, r := range c.mergeRooms(rows, purpose) {
			add(Setting{Key: "rooms." + purpose + "." + r.Platform, Area: AreaRooms, Kind: SettingRoom, Value: r.Chat, File: c.configuredRoom(purpose, r.Platform)})
		}
	}
	for _, row := range rows {
		code, ok := guaranteeKey(row.Key)
		if !ok || area != "" && area != AreaGuarantee {
			continue
		}
		x, err := c.guaranteeSetting(s, who.Account, code)
		if err != nil {
			return nil, err
		}
		add(x)
	}
	return all, nil
}

func notYourSettings() error {
	return &Error{Code: Denied, Key: "settings.denied", Hint: "settings.denied.hint"}
}

// kind says what a setting is, by the type of its value.
func (d setting) kind() SettingKind {
	switch d.of(&Settings{}).(type) {
	case *int:
		return SettingNumber
	case *Amount:
		return SettingAmount
	case *bool:
		return SettingSwitch
	case *Days:
		return SettingDays
	case *Clock:
		return SettingClock
	case *Holidays:
		return SettingHolidays
	}
	if d.key == "shop.locale" {
		return SettingLocale
	}
	return SettingText
}

// A Room is a chat that many read.
type Room struct {
	Platform string
	Chat     string
}

// What rooms are for.
const (
	RoomApprovals = "approvals" // proposals wait for a decision, and alarms are told
	RoomCases     = "cases"     // what buyers ask
)

// RoomPurposes lists them.
var RoomPurposes = []string{RoomApprovals, RoomCases}

// roomKey reads the key of a room: "rooms.approvals.slack".
func roomKey(key string) (purpose, platform string, ok bool) {
	rest, ok := strings.CutPrefix(key, "rooms.")
	purpose, platform, cut := strings.Cut(rest, ".")
	return purpose, platform, ok && cut && slices.Contains(RoomPurposes, purpose) && platform != ""
}

// Rooms lists the rooms for a purpose, at most one on each platform: the configuration's, or what was said in chat.
//
// Errors: Unavailable.
func (c *Core) Rooms(ctx context.Context, account, purpose string) ([]Room, error) {
	rows, err := c.store.In(ctx).Settings(account)
	return c.mergeRooms(rows, purpose), failed("list rooms", err)
}

func (c *Core) mergeRooms(changed []store.Setting, purpose string) []Room {
	var all []Room
	if c.rooms != nil {
		all = slices.Clone(c.rooms(purpose))
	}
	for _, row := range changed {
		of, platform, ok := roomKey(row.Key)
		if !ok || of != purpose {
			continue
		}
		all = slices.DeleteFunc(all, func(r Room) bool { return r.Platform == platform })
		all = append(all, Room{platform, row.Value})
	}
	return all
}

func (c *Core) configuredRoom(purpose, platform string) string {
	if c.rooms == nil {
		return ""
	}
	for _, r := range c.rooms(purpose) {
		if r.Platform == platform {
			return r.Chat
		}
	}
	return ""
}

// A SettingChange is a change that others are told of, or have to agree to.
type SettingChange struct {
	ID        string
	Setting   Setting // Value is what it was, as the configuration would have it
	After     string
	Reset     bool // to the configuration's value
	Status    SettingStatus
	AskedBy   string // name
	Mine      bool   // the reader asked for it
	DecidedBy string
	At        time.Time
	ExpiresAt time.Time
	Revision  int
}

// A SettingStatus is where a change stands.
type SettingStatus string

// The states of a change.
const (
	SettingOpen    SettingStatus = "open" // it waits for somebody's agreement
	SettingDone    SettingStatus = "done"
	SettingRefused SettingStatus = "refused"
	SettingExpired SettingStatus = "expired"
)

// SettingChange returns a change, for the team.
//
// Errors: NotFound, also for whoever is not of the team; Unavailable.
func (c *Core) SettingChange(ctx context.Context, who Actor, id string) (SettingChange, error) {
	row, err := c.store.In(ctx).SettingChange(who.Account, id)
	if errors.Is(err, store.ErrNotFound) || !who.Staff() {
		return SettingChange{}, &Error{Code: NotFound, Key: "error.stale"}
	}
	if err != nil {
		return SettingChange{}, failed("load a change of a setting", err)
	}
	account, err := c.store.In(ctx).Account(who.Account)
	if err != nil {
		return SettingChange{}, failed("load a change of a setting", err)
	}
	return c.nameGuarantee(c.store.In(ctx), c.settingChange(row, who, account.Currency), who.Account)
}

func (c *Core) settingChange(row store.SettingChange, who Actor, currency string) SettingChange {
	x := SettingChange{ID: row.ID, After: row.After, Reset: row.Reset, Status: SettingStatus(row.Status), AskedBy: row.AskedByName, Mine: row.AskedBy == who.ID,
		DecidedBy: row.DecidedBy, At: row.CreatedAt.UTC(), ExpiresAt: row.ExpiresAt.UTC(), Revision: row.Revision,
		Setting: Setting{Key: row.Key, Area: AreaRooms, Kind: SettingRoom, Value: row.Before, Currency: currency}}
	if d, ok := settingOf(row.Key); ok {
		x.Setting.Area, x.Setting.Kind, x.Setting.File = d.area, d.kind(), d.read(c.config)
	}
	if x.Status == SettingOpen && !c.now().Before(x.ExpiresAt) {
		x.Status = SettingExpired
	}
	return x
}

// SettingsWaiting lists the changes that wait for somebody's agreement, the newest first.
//
// Errors: Denied for who manages no settings; Unavailable.
func (c *Core) SettingsWaiting(ctx context.Context, who Actor) ([]SettingChange, error) {
	if !who.Is(SettingManagers...) {
		return nil, notYourSettings()
	}
	s := c.store.In(ctx)
	rows, err := s.OpenSettingChanges(who.Account, defaultLimit)
	if err != nil {
		return nil, failed("list changes of settings", err)
	}
	account, err := s.Account(who.Account)
	var all []SettingChange
	for _, row := range rows {
		x, named := c.nameGuarantee(s, c.settingChange(row, who, account.Currency), who.Account)
		if err = errors.Join(err, named); x.Status == SettingOpen {
			all = append(all, x)
		}
	}
	return all, failed("list changes of settings", err)
}

func subjectOfSetting(id string) string { return "setting:" + id }

// AllSettings lists every setting with its default, a room for each purpose and a guarantee: for tests that look at all of them.
func AllSettings() []Setting {
	defaults := Settings{Shop: Shop{Locale: "pt-BR", Timezone: "UTC"}, Hours: DefaultHours(), Policy: DefaultPolicy()}
	var all []Setting
	for _, d := range settings {
		all = append(all, Setting{Key: d.key, Area: d.area, Kind: d.kind(), Value: d.read(defaults), File: d.read(defaults), Currency: "BRL"})
	}
	for _, purpose := range RoomPurposes {
		all = append(all, Setting{Key: "rooms." + purpose + ".slack", Area: AreaRooms, Kind: SettingRoom, Value: "C0123456789"})
	}
	all = append(all, Setting{Key: "guarantee.4100001", Area: AreaGuarantee, Kind: SettingNumber, Value: "15", File: "7", Product: "Curso de Pão"})
	return all
}
