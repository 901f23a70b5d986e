package actions_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestAllPolicyCanBeSet: a key of the policy is a setting too, or it is known why not.
func TestAllPolicyCanBeSet(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"policy.flood.per_minute": true} // the operator's: it is counted before the account is known
	for _, s := range actions.AllSettings() {
		known[s.Key] = true
	}
	var walk func(prefix string, v reflect.Type)
	walk = func(prefix string, v reflect.Type) {
		for i := range v.NumField() {
			path := prefix + "." + strings.Split(v.Field(i).Tag.Get("yaml"), ",")[0]
			switch field := v.Field(i).Type; {
			case field.Kind() == reflect.Struct:
				walk(path, field)
			case !known[path]:
				t.Errorf("%s cannot be changed in chat, and no reason is known", path)
			}
		}
	}
	walk("policy", reflect.TypeFor[actions.Policy]())
	walk("hours", reflect.TypeFor[actions.Hours]())
}

func setTo(key, setting, value string) actions.ChangeSettingInput {
	return actions.ChangeSettingInput{Key: key, Setting: setting, Value: value}
}

// elsewhere is another process over the same database, with a cache of its own.
func (w *world) elsewhere() *actions.Core {
	return actions.New(actions.Options{Store: w.store, Commerce: ledger.New(w.store, w.clock), Mailer: &actionstest.Mailbox{}, Policy: actions.DefaultPolicy(),
		Now: w.clock, NewID: w.newID, Vault: secrets})
}

// TestSettingHoldsEverywhere: a stricter limit holds in every process at the next turn, an actor that began before keeps his,
// and the configuration's value comes back.
func TestSettingHoldsEverywhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		other := w.elsewhere()
		code := w.bought("HP1", w.marina)
		p := w.purchase(code)
		rule := func(core *actions.Core, who actions.Actor) string {
			t.Helper()
			v, err := core.RefundVerdict(t.Context(), who, p)
			w.must(err)
			return v.Rule
		}
		before := rule(other, w.ana)
		x, err := w.core.ChangeSetting(t.Context(), w.bia, setTo("k1", "policy.second_person.refund_above", "50"))
		w.must(err)
		equal(t, "stricter", []string{string(x.Status), x.Setting.Value, x.After}, []string{"done", "500.00", "50.00"})
		again, err := w.core.ChangeSetting(t.Context(), w.bia, setTo("k1", "policy.second_person.refund_above", "50"))
		w.must(err)
		equal(t, "repeated", again.ID, x.ID)
		equal(t, "the turn that began before", rule(other, w.ana), before)
		equal(t, "the next turn", rule(other, w.actor("slack", "ana")), "refund.above_tier")
		equal(t, "and here", rule(w.core, w.actor("slack", "ana")), "refund.above_tier")

		_, err = w.core.ChangeSetting(t.Context(), w.bia, actions.ChangeSettingInput{Key: "k2", Setting: "policy.second_person.refund_above", Reset: true})
		w.must(err) // it is looser: adm has to agree
		equal(t, "still stricter", rule(other, w.actor("slack", "ana")), "refund.above_tier")
		open, err := w.core.SettingsWaiting(t.Context(), w.adm)
		w.must(err)
		_, err = w.core.DecideSetting(t.Context(), w.adm, actions.DecideSettingInput{Key: "d1", Change: open[0].ID, Agree: true})
		w.must(err)
		equal(t, "the file's again", rule(other, w.actor("slack", "ana")), before)
		left, err := s.Settings(shop)
		w.must(err)
		equal(t, "left", len(left), 0)
	})
}

// TestGuaranteeIsPromised: a longer guarantee needs two, a shorter one than the product came with cannot be, and imports leave it alone.
func TestGuaranteeIsPromised(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	code := w.bought("HP100", w.marina)
	ends := func() time.Time { return w.purchase(code).GuaranteeEnds }
	before := ends()
	const key = "guarantee.4100001"
	for value, wrong := range map[string]string{"6": "settings.wrong.guarantee", "61": "settings.wrong.guarantee", "soon": "settings.wrong.guarantee", "": "settings.wrong.guarantee"} {
		_, err := w.core.CheckSetting(ctx, w.adm, setTo("c"+value, key, value))
		wantError(t, err, actions.Invalid, wrong)
	}
	_, err := w.core.ChangeSetting(ctx, w.adm, setTo("k0", "guarantee.nothing", "30"))
	wantError(t, err, actions.NotFound, "settings.unknown")
	_, err = w.core.ChangeSetting(ctx, w.rui, setTo("k1", key, "30"))
	wantError(t, err, actions.Denied, "people.denied")

	x, err := w.core.ChangeSetting(ctx, w.adm, setTo("k2", key, "30"))
	w.must(err)
	equal(t, "waits", []any{x.Status, x.Setting.Product, x.Setting.Value, x.After}, []any{actions.SettingOpen, "Pão em Casa", "7", "30"})
	equal(t, "nothing has changed", ends(), before)
	_, err = w.core.DecideSetting(ctx, w.bia, actions.DecideSettingInput{Key: "d1", Change: x.ID, Agree: true})
	w.must(err)
	equal(t, "longer", ends(), before.AddDate(0, 0, 23))
	s, err := w.core.Setting(ctx, w.bia, key)
	w.must(err)
	equal(t, "changed", []any{s.Value, s.File, s.Changed, s.By}, []any{"30", "7", true, "adm"})

	back, err := w.core.ChangeSetting(ctx, w.bia, actions.ChangeSettingInput{Key: "k3", Setting: key, Reset: true})
	w.must(err)
	equal(t, "at once, but not for what was paid before", []any{back.Status, ends()}, []any{actions.SettingDone, before.AddDate(0, 0, 23)})
	w.pass(25 * time.Hour)
	equal(t, "for what is paid now", w.purchase(w.bought("HP101", w.marina)).GuaranteeEnds.Before(ends()), true)
}

// TestLooserNeedsTwo: nobody agrees to his own change, nor a manager, nor who was just let in; one decision stands.
func TestLooserNeedsTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	x, err := w.core.ChangeSetting(ctx, w.adm, setTo("k1", "policy.reveal.agents", "true"))
	w.must(err)
	equal(t, "waits", x.Status, actions.SettingOpen)
	decide := func(key string, who actions.Actor, agree bool) error {
		_, err := w.core.DecideSetting(ctx, who, actions.DecideSettingInput{Key: key, Change: x.ID, Agree: agree})
		return err
	}
	wantError(t, decide("d1", w.adm, true), actions.Denied, "settings.own")
	wantError(t, decide("d2", w.rui, true), actions.Denied, "people.denied")
	wantError(t, decide("d3", w.marina, true), actions.Denied, "error.role_gone")
	id, err := w.core.AddPerson(ctx, w.adm, actions.AddPersonInput{Name: "Puppet", Role: actions.Producer, Users: []actions.ChatUser{{Platform: "slack", User: "puppet"}}})
	w.must(err)
	w.must(w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: id, Role: actions.Admin}))
	row, err := w.store.PersonOf(shop, id)
	w.must(err)
	if row.RoleBy == "" { // the operator's way in leaves no trace; an invitation does
		at := w.clock()
		row.RoleBy, row.RoleAt = w.adm.ID, &at
		w.must(w.store.SavePerson(row))
	}
	wantError(t, decide("d4", w.actor("slack", "puppet"), true), actions.Denied, "settings.own")
	w.must(decide("d5", w.bia, false))
	wantError(t, decide("d6", w.bia, true), actions.Conflict, "settings.decided")
	equal(t, "told", w.mails(), []string(nil))

	late, err := w.core.ChangeSetting(ctx, w.adm, setTo("k2", "policy.reveal.agents", "true"))
	w.must(err)
	w.pass(73 * time.Hour)
	_, err = w.core.DecideSetting(ctx, w.bia, actions.DecideSettingInput{Key: "d7", Change: late.ID, Agree: true})
	wantError(t, err, actions.Conflict, "settings.decided")

	moved, err := w.core.ChangeSetting(ctx, w.adm, setTo("k3", "policy.agent_daily.refunds", "30"))
	w.must(err)
	_, err = w.core.ChangeSetting(ctx, w.bia, setTo("k4", "policy.agent_daily.refunds", "10"))
	w.must(err)
	_, err = w.core.DecideSetting(ctx, w.bia, actions.DecideSettingInput{Key: "d8", Change: moved.ID, Agree: true})
	wantError(t, err, actions.Conflict, "settings.moved_on")
}

// TestWhoChangesSettings, and what cannot be a value.
func TestWhoChangesSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, who := range []actions.Actor{w.ana, w.rui, w.marina} {
		if _, err := w.core.ChangeSetting(ctx, who, setTo("x"+who.ID, "shop.name", "Mine")); actions.AsError(err).Code != actions.Denied {
			t.Errorf("%s may: %v", who.Role, err)
		}
		if _, err := w.core.Settings(ctx, who, ""); actions.AsError(err).Code != actions.Denied {
			t.Errorf("%s sees them: %v", who.Role, err)
		}
	}
	for _, c := range [][3]string{
		{"policy.agent_daily.refunds", "-1", "settings.wrong.between"}, {"policy.agent_daily.refunds", "ten", "settings.wrong.number"},
		{"policy.agent_daily.amount", "1,5", "settings.wrong.amount"}, {"policy.remind.last_hours", "24", "settings.wrong.remind"},
		{"hours.from", "18:00", "settings.wrong.hours"}, {"hours.days", "never", "settings.wrong.days"}, {"shop.timezone", "Mars/Olympus", "settings.wrong.timezone"},
		{"shop.locale", "fr", "language.unknown"}, {"shop.support_email", "nobody", "email.invalid"}, {"shop.name", " ", "settings.wrong.name"},
	} {
		_, err := w.core.ChangeSetting(ctx, w.bia, setTo("k"+c[0]+c[1], c[0], c[1]))
		if e := wantError(t, err, actions.Invalid, c[2]); e.Field != "value" {
			t.Errorf("%s: field %q", c[0], e.Field)
		}
	}
	_, err := w.core.ChangeSetting(ctx, w.bia, setTo("k", "policy.flood.per_minute", "1"))
	wantError(t, err, actions.NotFound, "settings.unknown")
	_, err = w.core.ChangeSetting(ctx, w.bia, setTo("k5", "shop.support_email", "oi@cozinha.example"))
	w.must(err)
	account, err := w.store.Account(shop)
	w.must(err)
	equal(t, "the account's row", account.SupportEmail, "oi@cozinha.example")
}

// TestRoomsAreSetInChat: a room takes the place of the configuration's on its platform alone.
func TestRoomsAreSetInChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	core := actions.New(actions.Options{Store: w.store, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID, Vault: secrets,
		Rooms: func(string) []actions.Room {
			return []actions.Room{{Platform: "slack", Chat: "C1"}, {Platform: "discord", Chat: "7"}}
		}})
	_, err := core.ChangeSetting(t.Context(), w.bia, setTo("k1", "rooms.approvals.slack", "C2"))
	w.must(err)
	rooms, err := core.Rooms(t.Context(), shop, actions.RoomApprovals)
	w.must(err)
	equal(t, "rooms", rooms, []actions.Room{{Platform: "discord", Chat: "7"}, {Platform: "slack", Chat: "C2"}})
	_, err = core.ChangeSetting(t.Context(), w.bia, actions.ChangeSettingInput{Key: "k2", Setting: "rooms.approvals.slack", Reset: true})
	w.must(err)
	rooms, err = core.Rooms(t.Context(), shop, actions.RoomApprovals)
	w.must(err)
	equal(t, "back", rooms, []actions.Room{{Platform: "slack", Chat: "C1"}, {Platform: "discord", Chat: "7"}})
}

// TestMergeLeavesOutWhatDoesNotFit: the configuration was changed below a value of the chat.
func TestMergeLeavesOutWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	file := actions.Settings{Shop: actions.Shop{Name: "Shop", Locale: "en", Timezone: "UTC"}, Hours: actions.DefaultHours(), Policy: actions.DefaultPolicy()}
	file.Policy.Remind = actions.RemindPolicy{Hours: 5, LastHours: 2}
	merged, unfit := file.Merge([]store.Setting{{Key: "policy.remind.last_hours", Value: "6"}, {Key: "policy.agent_daily.refunds", Value: "3"},
		{Key: "policy.gone", Value: "1"}, {Key: "hours.from", Value: "soon"}})
	equal(t, "unfit", unfit, []string{"hours.from", "policy.remind.last_hours"})
	equal(t, "merged", []int{merged.Policy.Remind.LastHours, merged.Policy.AgentDaily.Refunds}, []int{2, 3})
}
