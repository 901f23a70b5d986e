package actions

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// Actor finds out who a chat user is, from tables alone. Somebody who was never seen becomes a buyer without
// purchases, and is remembered.
//
// Chat is where he can be told things privately; empty when he writes where others read. Locale is the language that
// the platform says he uses; his own choice goes first, the account's comes last.
//
// Errors: Unavailable; Internal for an account that does not exist.
func (c *Core) Actor(ctx context.Context, account, platform, user, chat, locale string) (Actor, error) {
	var actor Actor
	w, err := c.store.In(ctx).WhoIs(account, platform, user)
	if err == nil && !elsewhere(w.Identity, chat, locale) {
		return c.actorOf(w), nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Actor{}, failed("find an actor", err)
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		fresh := store.Identity{ID: c.newID(), AccountID: account, Platform: platform, UserID: user, Chat: chat,
			PlatformLocale: locale, CreatedAt: c.now()}
		if err := tx.MeetIdentity(fresh); err != nil {
			return err
		}
		w, err := tx.WhoIs(account, platform, user)
		if err != nil {
			return err
		}
		if elsewhere(w.Identity, chat, locale) {
			w.Identity.Chat, w.Identity.PlatformLocale = cmp.Or(chat, w.Identity.Chat), cmp.Or(locale, w.Identity.PlatformLocale)
			if err := tx.MoveIdentity(w.Identity.ID, w.Identity.Chat, w.Identity.PlatformLocale); err != nil {
				return err
			}
		}
		actor = c.actorOf(w)
		return nil
	})
	return actor, failed("meet an actor", err)
}

// Again returns an actor as he is known now: who has just entered a code is known to be a buyer. His language stays.
//
// Errors: Unavailable.
func (c *Core) Again(ctx context.Context, who Actor) (Actor, error) {
	w, err := c.store.In(ctx).WhoHas(who.Identity)
	if err != nil {
		return Actor{}, failed("find an actor again", err)
	}
	again := c.actorOf(w)
	again.Locale = who.Locale
	return again, nil
}

// elsewhere reports whether somebody writes from another place, or in another language, than is known of him.
func elsewhere(i store.Identity, chat, locale string) bool {
	return chat != "" && chat != i.Chat || locale != "" && locale != i.PlatformLocale
}

// An Addressee is somebody who waits for an answer: who he is, and where he is told.
type Addressee struct {
	Actor          Actor
	Platform       string
	Chat           string // empty: he has never written privately, or cannot be reached there any more
	PlatformLocale string
}

// Addressee returns who stands behind an identity.
//
// Errors: NotFound; Unavailable.
func (c *Core) Addressee(ctx context.Context, identity string) (Addressee, error) {
	w, err := c.store.In(ctx).WhoHas(identity)
	if errors.Is(err, store.ErrNotFound) {
		return Addressee{}, &Error{Code: NotFound, Key: "error.nobody"}
	}
	if err != nil {
		return Addressee{}, failed("find an addressee", err)
	}
	return Addressee{Actor: c.actorOf(w), Platform: w.Identity.Platform, Chat: w.Identity.Chat,
		PlatformLocale: w.Identity.PlatformLocale}, nil
}

func (c *Core) actorOf(w store.Who) Actor {
	a := Actor{ID: w.Identity.ID, Account: w.Account.ID, Role: BuyerRole, Identity: w.Identity.ID, Timezone: w.Account.Timezone,
		settings: settingsVersion{true, w.Account.SettingsVersion},
		Locale:   firstLocale(w.Identity.Locale, w.Person.Locale, w.Identity.PlatformLocale, w.Account.Locale)}
	if role := Role(w.Person.Role); w.Person.ID != "" && slices.Contains(StaffRoles, role) {
		a.ID, a.Name, a.Role = w.Person.ID, w.Person.Name, role
		return a
	}
	for _, b := range w.Buyers {
		if b.ProvedAt.Before(c.now().AddDate(0, 0, -ProofDays)) {
			continue // he has to show it again
		}
		a.Buyers = append(a.Buyers, b.ID)
		if a.Name == "" {
			a.Name = b.Name
		}
	}
	return a
}

// ProofDays is for how many days somebody who entered a code is known to be the buyer that it was mailed to (design 7.3).
const ProofDays = 30

// firstLocale returns the first hint that we have words for.
func firstLocale(hints ...string) string {
	for _, hint := range hints {
		if locale := format.Match(hint); locale != "" {
			return locale
		}
	}
	return format.English
}

// SetLanguage records which language somebody wants to be spoken to in: a person of the team in all his chats, anybody
// else in this one.
//
// Errors: Invalid for a language that we do not speak; Unavailable.
func (c *Core) SetLanguage(ctx context.Context, who Actor, locale string) error {
	if err := mayAct(who); err != nil {
		return err
	}
	known := format.Match(locale)
	if known == "" {
		return &Error{Code: Invalid, Key: "language.unknown", Field: "locale"}
	}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		set, id := tx.SetIdentityLocale, who.Identity
		if who.Staff() {
			set, id = tx.SetPersonLocale, who.ID
		}
		if err := set(id, known); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "language.changed", target: who.ID, note: known})
	})
	return failed("set a language", err)
}
