package flows

import (
	"context"
	"fmt"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// jobAlarm tells one room what could not be told elsewhere.
const jobAlarm = "alarm"

// An alarm is for one room. It holds nobody's name: jobs outlive what is erased.
type alarm struct {
	Platform string   `json:"platform"`
	Chat     string   `json:"chat"`
	Of       string   `json:"of"`                 // platform of what cannot be reached
	Identity string   `json:"identity,omitempty"` // a person
	Room     string   `json:"room,omitempty"`     // or a room
	Why      string   `json:"why"`
	Mailed   bool     `json:"mailed,omitempty"`
	Facts    []string `json:"facts,omitempty"` // product and transaction
}

// personLost has a person's news go by mail, and the team told.
func (n *Notices) personLost(ctx context.Context, t actions.Tell, why string) error {
	return n.Store.Tx(ctx, func(tx *store.Store) error {
		lost, err := n.Core.Unreached(tx.Context(), t, why)
		if err != nil {
			return err
		}
		if strings.HasPrefix(t.Subject, "ask:") {
			return nil // nobody waits for it
		}
		return n.alarmRooms(tx, Room{}, t.Identity+"/"+t.Proposal+t.Request+t.Subject, alarm{
			Of: lost.Platform, Identity: t.Identity, Why: why, Mailed: lost.Mailed,
			Facts: []string{lost.Purchase.Product.Name, string(lost.Purchase.Transaction)},
		})
	})
}

// roomLost tells the other rooms that one of them cannot be written to.
func (n *Notices) roomLost(ctx context.Context, room Room, why *flow.Unreachable) error {
	n.Log.Error("a room cannot be written to", "platform", room.Platform, "room", room.Chat, "err", why)
	return n.Store.Tx(ctx, func(tx *store.Store) error {
		day := n.Now().UTC().Format("2006-01-02") // once a day is enough
		return n.alarmRooms(tx, room, room.Platform+"/"+room.Chat+"/"+day, alarm{Of: room.Platform, Room: room.Chat, Why: why.Why})
	})
}

// alarmRooms makes one job for each room but the lost one.
func (n *Notices) alarmRooms(tx *store.Store, lost Room, key string, a alarm) error {
	rooms, err := n.rooms(tx.Context())
	if err != nil {
		return err
	}
	for _, room := range rooms {
		if room == lost {
			continue
		}
		a.Platform, a.Chat = room.Platform, room.Chat
		job, err := jobs.New(jobAlarm, a)
		if err != nil {
			return err
		}
		job.Key = key + "@" + room.Platform + "/" + room.Chat
		if err := tx.Enqueue(job); err != nil {
			return err
		}
	}
	return nil
}

// alarm shows an alarm in its room.
func (n *Notices) alarm(ctx context.Context, job jobs.Job) error {
	var a alarm
	if err := job.Decode(&a); err != nil {
		return err
	}
	poster, ok := n.Posters[a.Platform]
	if !ok {
		return errNoAdapter(a.Platform)
	}
	who := ""
	if a.Identity != "" {
		to, err := n.Core.Addressee(ctx, a.Identity)
		if err != nil {
			return err
		}
		who = to.Actor.Name
	}
	account, err := n.account(ctx)
	if err != nil {
		return err
	}
	shown := n.Words.Show(a.view(who), flow.Reader{Locale: account.Locale, Timezone: account.Timezone, Shared: true})
	if _, err := poster.Post(ctx, a.Chat, shown); err != nil {
		return fmt.Errorf("alarm on %s: %w", a.Platform, later(err))
	}
	return nil
}

func (a alarm) view(who string) flow.View {
	v := flow.View{Flow: "unreached", Step: "person", Kind: "notice", Ended: true,
		Title: flow.T("unreached.person", "who", flow.PersonName(who), "platform", PlatformName(a.Of)),
		Body:  []flow.Text{flow.T("unreached." + a.Why)}}
	if a.Room != "" {
		v.Step, v.Title = "room", flow.T("unreached.room", "room", a.Room, "platform", PlatformName(a.Of))
		return v
	}
	how := "unreached.not_mailed"
	if a.Mailed {
		how = "unreached.mailed"
	}
	v.Body = append(v.Body, flow.T(how))
	if len(a.Facts) == 2 {
		v.Facts = flow.Card("product", a.Facts[0], "transaction", actions.Transaction(a.Facts[1]))
	}
	return v
}

// PlatformName is how people call a platform.
func PlatformName(platform string) string {
	if platform == "" {
		return platform
	}
	return strings.ToUpper(platform[:1]) + platform[1:]
}
