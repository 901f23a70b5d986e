package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// A report says what was done and what was left as it was.
type report struct{ out io.Writer }

func (r report) line(what string, did bool, done string) {
	if !did {
		done = "as it was"
	}
	fmt.Fprintf(r.out, "%-36s %s\n", what, done)
}

// Setup introduces the bot to Telegram: commands for buyers and for each member of the team, descriptions, the menu
// button, the webhook. Each is set only when Telegram says that it is different, so it can be run at any time.
func (a *Adapter) Setup(ctx context.Context, out io.Writer) error {
	r := report{out}
	name, err := a.Username(ctx)
	if err != nil {
		return advise(err)
	}
	fmt.Fprintf(out, "%-36s https://t.me/%s\n", "bot", name)
	for _, step := range []func(context.Context, report) error{a.setLists, a.setTeam, a.setTexts, a.setMenu, a.setWebhook} {
		if err := step(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// setLists sets what everybody is offered.
func (a *Adapter) setLists(ctx context.Context, r report) error {
	for _, l := range a.languages() {
		did, err := a.setCommands(ctx, allPrivate, l, a.list(l.locale, false))
		if err != nil {
			return err
		}
		r.line("commands of buyers, "+l.name(), did, "set")
		if did, err = a.setCommands(ctx, everywhere, l, nil); err != nil {
			return err
		}
		if did {
			r.line("commands in groups, "+l.name(), did, "taken away: they are answered in private chats")
		}
	}
	return nil
}

// setTeam sets what each member of the team is offered. Telegram knows only those who have written to the bot.
func (a *Adapter) setTeam(ctx context.Context, r report) error {
	if a.Staff == nil {
		return nil
	}
	people, err := a.Staff(ctx)
	if err != nil {
		return fmt.Errorf("list the team: %w", err)
	}
	slices.Sort(people)
	for _, person := range slices.Compact(people) {
		what := fmt.Sprintf("commands of team member %d", person)
		changed := 0
		for _, l := range a.languages() {
			did, err := a.setCommands(ctx, privateChat(person), l, a.list(l.locale, true))
			var unreachable *flow.Unreachable
			if errors.As(err, &unreachable) {
				r.line(what, true, "not set: this person has to open the bot and press Start; then run setup again")
				changed = -1
				break
			}
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		if changed >= 0 {
			r.line(what, changed > 0, fmt.Sprintf("set in %d languages", changed))
		}
	}
	return nil
}

// setTexts sets what stands in the empty chat, before Start, and in the bot's profile.
func (a *Adapter) setTexts(ctx context.Context, r report) error {
	for _, t := range []struct {
		what, get, set, field, key string
		most                       int
	}{
		{"description", "getMyDescription", "setMyDescription", "description", "telegram.description", maxDescription},
		{"short description", "getMyShortDescription", "setMyShortDescription", "short_description", "telegram.short_description", maxShort},
	} {
		for _, l := range a.languages() {
			want := chat.UTF16.Clamp(a.text(t.key, l.locale), t.most)
			params := tgbotapi.Params{}
			params.AddNonEmpty("language_code", l.code)
			var have map[string]string
			if err := a.manage(ctx, t.get, params, &have); err != nil {
				return err
			}
			did := have[t.field] != want
			if did {
				params[t.field] = want
				if err := a.manage(ctx, t.set, params, nil); err != nil {
					return err
				}
			}
			r.line(t.what+", "+l.name(), did, "set")
		}
	}
	return nil
}

// setMenu has the button beside the input list the commands.
func (a *Adapter) setMenu(ctx context.Context, r report) error {
	var have struct {
		Type string `json:"type"`
	}
	if err := a.manage(ctx, "getChatMenuButton", tgbotapi.Params{}, &have); err != nil {
		return err
	}
	did := have.Type != "commands"
	if did {
		if err := a.manage(ctx, "setChatMenuButton", tgbotapi.Params{"menu_button": `{"type":"commands"}`}, nil); err != nil {
			return err
		}
	}
	r.line("menu button", did, "lists the commands")
	return nil
}

// setWebhook points the webhook here, or takes it away where the bot polls. Telegram does not tell the secret back: one
// that was changed shows as refused deliveries, and then the webhook is set again.
func (a *Adapter) setWebhook(ctx context.Context, r report) error {
	info, err := a.webhookInfo(ctx)
	if err != nil {
		return err
	}
	if a.Mode == Polling && info.URL == "" {
		r.line("webhook", true, "none, as the mode is polling")
		return nil
	}
	if a.Mode == Polling {
		r.line("webhook", true, "taken away, as the mode is polling")
		return a.manage(ctx, "deleteWebhook", tgbotapi.Params{}, nil)
	}
	want, err := a.publicWebhook(a.PublicURL)
	if err != nil {
		return err
	}
	did := info.URL != want || info.Connections != webhookConnections || !slices.Equal(info.Allowed, allowedUpdates) || info.LastError != ""
	if did {
		params := tgbotapi.Params{"url": want, "secret_token": a.WebhookSecret, "max_connections": fmt.Sprint(webhookConnections)}
		if err := params.AddInterface("allowed_updates", allowedUpdates); err != nil {
			return err
		}
		if err := a.manage(ctx, "setWebhook", params, nil); err != nil {
			return err
		}
	}
	r.line("webhook", did, "set: "+want)
	return nil
}

// publicWebhook is the webhook's address, if Telegram can reach it.
func (a *Adapter) publicWebhook(publicURL string) (string, error) {
	at, err := url.Parse(publicURL)
	switch {
	case publicURL == "":
		return "", errors.New("public_url is empty: in mode webhook Telegram must know where to bring updates; or use mode polling")
	case err != nil || at.Host == "":
		return "", errors.New("public_url is no address such as https://support.example.com")
	case a.selfHosted():
	case at.Scheme != "https":
		return "", errors.New("public_url must begin with https://: Telegram brings updates to nothing else")
	case !slices.Contains([]string{"", "443", "80", "88", "8443"}, at.Port()):
		return "", errors.New("public_url has a port that Telegram does not reach: 443, 80, 88 and 8443 go")
	}
	return webhookURL(publicURL), nil
}

// selfHosted reports whether the Bot API server is one's own: it brings updates to any port, by plain HTTP too.
func (a *Adapter) selfHosted() bool {
	at, err := url.Parse(a.APIURL)
	return err == nil && at.Host != "api.telegram.org"
}
