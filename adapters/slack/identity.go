package slack

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
)

// An identity is who we are in Slack.
type identity struct{ team, user string }

// introduce asks Slack who we are until it answers.
func (a *Adapter) introduce(ctx context.Context) error {
	for n := 0; ; n++ {
		answer, err := a.api.authTest(ctx)
		switch {
		case err == nil:
			a.self = identity{team: answer.TeamID, user: answer.UserID}
			close(a.known)
			if a.Mode == HTTP {
				a.health.connected()
			}
			a.Log.Info("slack answers", "workspace", answer.TeamID)
			return nil
		case fatal(err) || ctx.Err() != nil:
			a.health.failed(err)
			return err
		}
		a.health.failed(err)
		a.Log.Warn("slack does not answer", "err", err)
		if err := chat.Sleep(ctx, chat.Backoff(n)); err != nil {
			return err
		}
	}
}

var errUnknown = errors.New("slack: it is not known yet whose workspace this is")

// me is who we are, as soon as that is known: a delivery may come before Slack has answered.
func (a *Adapter) me(ctx context.Context) (identity, error) {
	soon := time.NewTimer(lookTime)
	defer soon.Stop()
	select {
	case <-a.known:
		return a.self, nil
	case <-soon.C:
		return identity{}, errUnknown
	case <-ctx.Done():
		return identity{}, ctx.Err()
	}
}
