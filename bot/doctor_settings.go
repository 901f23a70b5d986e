package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// checkSettings names what was changed in chat, since the configuration does not rule there: whoever edits the file would
// wonder why nothing happens.
func checkSettings(ctx context.Context, s *store.Store, c Config) []finding {
	changed, err := s.In(ctx).Settings(accountID)
	if err != nil {
		return []finding{{"fail", "settings", err.Error()}}
	}
	if len(changed) == 0 {
		return []finding{{"ok", "settings", "all are the configuration's"}}
	}
	core := actions.New(actions.Options{Store: s, Policy: c.Policy, Shop: c.Account.shop(), Hours: c.Hours, Rooms: c.rooms, Now: now, NewID: newID})
	list, err := core.Settings(ctx, operator, "")
	if err != nil {
		return []finding{{"fail", "settings", err.Error()}}
	}
	_, unfit := c.settings().Merge(slices.DeleteFunc(slices.Clone(changed), func(x store.Setting) bool { return strings.HasPrefix(x.Key, "rooms.") }))
	var all []finding
	for _, x := range list {
		if x.Changed {
			all = append(all, finding{"ok", "settings", fmt.Sprintf("%s is %q, changed by %s in chat on %s; the configuration says %q", x.Key, x.Value, x.By,
				x.At.Format("2006-01-02"), x.File)})
		}
	}
	for _, key := range unfit {
		all = append(all, finding{"warn", "settings", fmt.Sprintf("%s was changed in chat to a value that does not fit the configuration, which rules: change one of the two", key)})
	}
	return all
}

// rooms lists the channels that are configured for a purpose.
func (c Config) rooms(purpose string) []actions.Room {
	if purpose == actions.RoomCases {
		return c.casesRooms()
	}
	var all []actions.Room
	for _, r := range []struct {
		on             bool
		platform, chat string
	}{{c.Slack.Enabled, "slack", c.Slack.ApprovalsChannel}, {c.Discord.Enabled, "discord", c.Discord.ApprovalsChannel}} {
		if r.on && r.chat != "" {
			all = append(all, actions.Room{Platform: r.platform, Chat: r.chat})
		}
	}
	return all
}
