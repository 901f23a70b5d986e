package telegram

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// maxSetupWait is how long Setup waits when Telegram asks for a pause.
const maxSetupWait = time.Minute

// manage calls a method that changes or reads how the bot is set up, and waits where Telegram asks to.
func (a *Adapter) manage(ctx context.Context, method string, params tgbotapi.Params, out any) error {
	for n := 0; ; n++ {
		err := a.try(ctx, method, params, out)
		refused := refusal(err)
		switch {
		case err == nil:
			return nil
		case refused == nil:
			return advise(err)
		case refused.Code != http.StatusTooManyRequests:
			return advise(meaning(err))
		}
		after := time.Duration(max(refused.RetryAfter, 1)) * time.Second
		if n >= attempts || after > maxSetupWait {
			return fmt.Errorf("telegram asks for a pause of %s, run it again then: %w", after, err)
		}
		if !a.pause(ctx, after) {
			return ctx.Err()
		}
	}
}

// advise adds what to do about a failure that everybody meets once.
func advise(err error) error {
	switch {
	case revoked(err):
		return fmt.Errorf("the token is not valid; ask @BotFather for it with /token and put it into telegram.token: %w", err)
	case refusal(err) == nil && !strings.Contains(err.Error(), "none of the Bot API's"):
		return fmt.Errorf("telegram cannot be reached; check the network and telegram.api_url: %w", err)
	}
	return err
}
