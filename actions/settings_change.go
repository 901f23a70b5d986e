package actions

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// KindSetting is the action of requests that changed a setting.
const KindSetting = "setting"

// settingWait is how long a change waits for somebody's agreement.
const settingWait = 72 * time.Hour

// A ChangeSettingInput says what becomes of a setting.
type ChangeSettingInput struct {
	Key     string // idempotency key
	Setting string // such as policy.buyer_refund.max
	Value   string // as the configuration would have it; of a room, the chat
	Reset   bool   // the configuration's value rules again
	ReplyTo string // identity that is told what came of it; may be empty
	Factor  string // code of the actor's authenticator app, where one is wanted
}

// ChangeSetting changes a value from everybody's next click on. What takes protection away from money, identity or
// personal data (a higher limit, a proof that is not asked for any more) needs the agreement of somebody else who manages
// settings, as long as there is somebody; all others are told of it. Else one person could lift the two-person rule alone.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: Invalid (Field "value"; Field "factor" for the code); NotFound; Denied for who manages no settings, and for who
// has no authenticator app where one is wanted; Conflict when it is so already; Unavailable.
func (c *Core) ChangeSetting(ctx context.Context, who Actor, in ChangeSettingInput) (SettingChange, error) {
	var made SettingChange
	err := c.keeping(ctx, func(tx *store.Store) error {
		now, err := c.leadSettings(tx, who)
		if err != nil {
			return err
		}
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindSetting, Target: in.Setting, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone), ReplyTo: in.ReplyTo}
		if _, err := tx.Request(in.Key); !errors.Is(err, store.ErrNotFound) {
			if err != nil {
				return err
			}
			first, _, err := c.claim(tx, req)
			if err != nil {
				return err
			}
			made, err = c.SettingChange(tx.Context(), who, first.Proposal)
			return err
		}
		x, err := c.wanted(tx, now, in)
		if err != nil {
			return err
		}
		if err := c.stepUp(tx, now, in.Factor); err != nil {
			return err
		}
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return errors.Join(err, store.ErrConflict)
		}
		if err := c.save(tx, req, order{Result: Result{State: ResultDone, Proposal: x.row.ID}}); err != nil {
			return err
		}
		if err := c.enact(tx, now, x); err != nil {
			return err
		}
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		made, err = c.nameGuarantee(tx, c.settingChange(x.row, who, account.Currency), who.Account)
		return err
	})
	return made, failed("change a setting", err)
}

// CheckSetting says what ChangeSetting would do now, without doing it: whether the value can be, and whether somebody has to
// agree (Status is SettingOpen then).
//
// Errors: Invalid (Field "value"); NotFound; Denied; Conflict when it is so already; Unavailable.
func (c *Core) CheckSetting(ctx context.Context, who Actor, in ChangeSettingInput) (SettingChange, error) {
	if !who.Is(SettingManagers...) {
		return SettingChange{}, notYourSettings()
	}
	s := c.store.In(ctx)
	x, err := c.wanted(s, who, in)
	if err != nil {
		return SettingChange{}, failed("check a setting", err)
	}
	account, err := s.Account(who.Account)
	if err != nil {
		return SettingChange{}, failed("check a setting", err)
	}
	return c.nameGuarantee(s, c.settingChange(x.row, who, account.Currency), who.Account)
}

// leadSettings has changes of settings wait for each other, and returns who makes one, as he is known now.
func (c *Core) leadSettings(tx *store.Store, who Actor) (Actor, error) {
	now, err := c.lead(tx, who)
	if err != nil {
		return who, err
	}
	if !now.Is(SettingManagers...) {
		return who, notYourSettings()
	}
	now.settings = settingsVersion{} // as they are now, not as they were when his turn began
	return now, nil
}

// A wantedChange is a change that was found to be possible.
type wantedChange struct {
	row    store.SettingChange
	agreed bool // nobody else needs to agree
	told   bool // the rooms hear of it
}

// wanted checks a change against the settings as they are.
func (c *Core) wanted(tx *store.Store, who Actor, in ChangeSettingInput) (wantedChange, error) {
	x := wantedChange{agreed: true, row: store.SettingChange{ID: c.newID(), AccountID: who.Account, Key: in.Setting, Reset: in.Reset, Status: string(SettingDone),
		AskedBy: who.ID, AskedByName: who.Name, ReplyTo: in.ReplyTo, CreatedAt: c.now(), ExpiresAt: c.now().Add(settingWait)}}
	if purpose, platform, ok := roomKey(in.Setting); ok {
		rooms, err := c.Rooms(tx.Context(), who.Account, purpose)
		if err != nil {
			return x, err
		}
		for _, r := range rooms {
			if r.Platform == platform {
				x.row.Before = r.Chat
			}
		}
		x.row.After, x.told = strings.TrimSpace(in.Value), true
		if in.Reset {
			x.row.After = c.configuredRoom(purpose, platform)
		} else if x.row.After == "" {
			return x, &Error{Code: Invalid, Key: "error.empty", Field: "value"}
		}
		return x, sameSetting(x.row)
	}
	if code, ok := guaranteeKey(in.Setting); ok {
		return c.wantedGuarantee(tx, who, code, in, x)
	}
	d, ok := settingOf(in.Setting)
	if !ok {
		return x, &Error{Code: NotFound, Key: "settings.unknown", Field: "setting"}
	}
	before, err := c.settingsOf(tx, who)
	if err != nil {
		return x, err
	}
	after, err := c.changed(d, before, in.Value, in.Reset)
	if err != nil {
		return x, err
	}
	x.row.Before, x.row.After = d.read(before), d.read(after)
	if err := sameSetting(x.row); err != nil && !in.Reset {
		return x, err
	}
	if d.opened(before, after) {
		x.told = true
		x.agreed, err = c.alone(tx, who)
	}
	if !x.agreed {
		x.row.Status = string(SettingOpen)
	}
	return x, err
}

func sameSetting(row store.SettingChange) error {
	if row.Before != row.After {
		return nil
	}
	return &Error{Code: Conflict, Key: "settings.same", Field: "value"}
}

// changed is what all settings are with another value of one. A mistake that was there before is none of this change.
func (c *Core) changed(d setting, before Settings, value string, reset bool) (Settings, error) {
	after := before
	if reset {
		value = d.read(c.config)
	}
	if !d.write(&after, value) {
		return after, &Error{Code: Invalid, Key: "settings.wrong." + string(d.kind()), Field: "value"}
	}
	old := map[string]bool{}
	for _, m := range before.Validate() {
		old[m.Path] = true
	}
	for _, m := range after.Validate() {
		if m.Path == d.key || !old[m.Path] {
			return after, &Error{Code: Invalid, Key: m.Key, Args: m.Args, Field: "value"}
		}
	}
	return after, nil
}

// alone reports whether nobody else could agree to a change of settings: nobody manages them, but whom the actor himself
// has just made so.
func (c *Core) alone(tx *store.Store, who Actor) (bool, error) {
	all, err := tx.People(who.Account)
	if err != nil {
		return false, err
	}
	for _, p := range all {
		other := Actor{ID: p.ID, Account: p.AccountID, Role: Role(p.Role)}
		if p.ID == who.ID || !other.Is(SettingManagers...) {
			continue
		}
		if brought, err := c.broughtBy(tx, other, who.ID); err != nil || !brought {
			return false, err
		}
	}
	return true, nil
}

// enact writes a change down, and brings it into force unless somebody has to agree first.
func (c *Core) enact(tx *store.Store, who Actor, x wantedChange) error {
	if err := tx.AddSettingChange(x.row); err != nil {
		return err
	}
	e := entry{action: "setting.proposed", target: x.row.Key, note: x.row.Before + " → " + x.row.After}
	if x.agreed {
		e.action = "setting.changed"
		if err := c.putInForce(tx, x.row, who.Name); err != nil {
			return err
		}
	}
	if err := c.audit(tx, who, e); err != nil {
		return err
	}
	if !x.told {
		return nil
	}
	return enqueue(tx, JobAnnounce, "", Subject{Account: who.Account, Subject: subjectOfSetting(x.row.ID)})
}

// putInForce brings a change into force, in every process at its next turn. What the account's row has of it is changed there too.
func (c *Core) putInForce(tx *store.Store, row store.SettingChange, by string) error {
	var err error
	if row.Reset {
		err = tx.DropSetting(row.AccountID, row.Key, c.newID())
	} else {
		err = tx.PutSetting(store.Setting{AccountID: row.AccountID, Key: row.Key, Value: row.After, ChangedBy: by, ChangedAt: c.now()}, c.newID())
	}
	if code, ok := guaranteeKey(row.Key); ok && err == nil {
		return c.promiseGuarantee(tx, row, code)
	}
	if err != nil || !strings.HasPrefix(row.Key, "shop.") {
		return err
	}
	account, err := tx.Account(row.AccountID)
	if err != nil {
		return err
	}
	switch row.Key {
	case "shop.name":
		account.Name = row.After
	case "shop.support_email":
		account.SupportEmail = row.After
	case "shop.locale":
		account.Locale = row.After
	case "shop.timezone":
		account.Timezone = row.After
	}
	return tx.SaveAccount(account)
}

// A DecideSettingInput says whether somebody agrees to a change.
type DecideSettingInput struct {
	Key    string // idempotency key
	Change string
	Agree  bool
	Factor string // code of the actor's authenticator app, where one is wanted
}

// DecideSetting agrees to a change of a setting, or refuses it. Nobody agrees to his own, nor to that of who has just let him
// in.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Denied; Conflict when it was decided, has expired, or the setting is another one meanwhile; Invalid with
// Field "factor"; Unavailable.
func (c *Core) DecideSetting(ctx context.Context, who Actor, in DecideSettingInput) (SettingChange, error) {
	var decided SettingChange
	err := c.keeping(ctx, func(tx *store.Store) error {
		now, err := c.leadSettings(tx, who)
		if err != nil {
			return err
		}
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: "decide_setting", Target: in.Change, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
		if _, err := tx.Request(in.Key); !errors.Is(err, store.ErrNotFound) {
			if err == nil {
				_, _, err = c.claim(tx, req)
			}
			if err == nil {
				decided, err = c.SettingChange(tx.Context(), who, in.Change)
			}
			return err
		}
		row, err := c.openChange(tx, now, in.Change)
		if err != nil {
			return err
		}
		if err := c.stepUp(tx, now, in.Factor); err != nil {
			return err
		}
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return errors.Join(err, store.ErrConflict)
		}
		row.Status, row.DecidedBy = string(SettingRefused), now.Name
		e := entry{action: "setting.refused", target: row.Key, askedBy: row.AskedBy, note: row.Before + " → " + row.After}
		if in.Agree {
			row.Status, e.action = string(SettingDone), "setting.changed"
			if err := c.putInForce(tx, row, row.AskedByName); err != nil {
				return err
			}
		}
		if err := tx.CloseSettingChange(&row); err != nil {
			return err
		}
		if err := c.audit(tx, now, e); err != nil {
			return err
		}
		if err := refresh(tx, who.Account, subjectOfSetting(row.ID)); err != nil {
			return err
		}
		if decided, err = c.SettingChange(tx.Context(), who, in.Change); err != nil {
			return err
		}
		return tell(tx, Tell{Account: who.Account, Identity: row.ReplyTo, Subject: subjectOfSetting(row.ID)})
	})
	return decided, failed("decide a change of a setting", err)
}

// SettingToDecide returns a change to whoever may agree to it or refuse it; one that was decided, to everybody who manages
// settings.
//
// Errors: NotFound; Denied; Conflict when the setting is another one meanwhile; Unavailable.
func (c *Core) SettingToDecide(ctx context.Context, who Actor, id string) (SettingChange, error) {
	if !who.Is(SettingManagers...) {
		return SettingChange{}, notYourSettings()
	}
	x, err := c.SettingChange(ctx, who, id)
	if err != nil || x.Status != SettingOpen {
		return x, err
	}
	_, err = c.openChange(c.store.In(ctx), who, id)
	return x, failed("look at a change of a setting", err)
}

// openChange loads a change that the actor may agree to, of a setting that is still what it was.
func (c *Core) openChange(tx *store.Store, who Actor, id string) (store.SettingChange, error) {
	row, err := tx.SettingChange(who.Account, id)
	if errors.Is(err, store.ErrNotFound) {
		return row, &Error{Code: NotFound, Key: "error.stale"}
	}
	if err != nil {
		return row, err
	}
	if row.Status != string(SettingOpen) || !c.now().Before(row.ExpiresAt) {
		return row, &Error{Code: Conflict, Key: "settings.decided"}
	}
	brought, err := c.broughtBy(tx, who, row.AskedBy)
	if err != nil {
		return row, err
	}
	if row.AskedBy == who.ID || brought {
		return row, &Error{Code: Denied, Key: "settings.own", Hint: "settings.own.hint"}
	}
	now, err := c.settingsOf(tx, who)
	if err != nil {
		return row, err
	}
	if code, ok := guaranteeKey(row.Key); ok {
		s, err := c.guaranteeSetting(tx, who.Account, code)
		if err == nil && s.Value != row.Before {
			err = &Error{Code: Conflict, Key: "settings.moved_on", Hint: "error.start_again"}
		}
		return row, err
	}
	if d, ok := settingOf(row.Key); ok && d.read(now) != row.Before {
		return row, &Error{Code: Conflict, Key: "settings.moved_on", Hint: "error.start_again"}
	}
	return row, nil
}
