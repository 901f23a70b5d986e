package slack

import (
	"context"

	"github.com/aftersale/aftersale/adapters/chat"
)

// An identity is who we are in Slack.
type identity struct{ team, teamName, user, userName, bot string }

// introduce asks Slack who we are until it answers.
func (a *Adapter) introduce(ctx context.Context) (identity, error) {
	for n := 0; ; n++ {
		me, err := a.identify(ctx)
		if err == nil || fatal(err) || ctx.Err() != nil {
			return me, err
		}
		a.Log.Warn("slack does not answer", "err", err)
		if err := pause(ctx, chat.Backoff(n)); err != nil {
			return identity{}, err
		}
	}
}

// identify is who we are. Slack is asked once.
func (a *Adapter) identify(ctx context.Context) (identity, error) {
	if me, ok := a.me(); ok {
		return me, nil
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	if me, ok := a.me(); ok {
		return me, nil
	}
	answer, err := a.api.authTest(ctx)
	if err != nil {
		a.health.failed(err)
		return identity{}, err
	}
	me := identity{team: answer.TeamID, teamName: answer.Team, user: answer.UserID, userName: answer.User, bot: answer.BotID}
	a.known.Lock()
	defer a.known.Unlock()
	a.self = &me
	if a.Mode == HTTP {
		a.health.connected()
	}
	return me, nil
}

func (a *Adapter) me() (identity, bool) {
	a.known.RLock()
	defer a.known.RUnlock()
	if a.self == nil {
		return identity{}, false
	}
	return *a.self, true
}
