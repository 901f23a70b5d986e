package telegram

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

var wordPattern = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// A language is one that lists and descriptions are set in. Code is Telegram's, two letters; the empty one is for all
// people without a list of their own.
type language struct{ code, locale string }

func (a *Adapter) languages() []language {
	return []language{{"", cmp.Or(a.Locale, "en")}, {"pt", "pt-BR"}, {"en", "en"}, {"es", "es"}}
}

// name is how a person reads it.
func (l language) name() string { return cmp.Or(l.code, "other languages") }

// A scope is whom a list of commands is for.
type scope struct {
	Type string `json:"type"`
	Chat int64  `json:"chat_id,omitempty"`
}

// The most particular list wins: a member of the team has one for his own private chat. The default one is empty: it would
// be offered in groups, where no command is answered.
var (
	everywhere  = scope{Type: "default"}
	allPrivate  = scope{Type: "all_private_chats"}
	privateChat = func(user int64) scope { return scope{Type: "chat", Chat: user} }
)

// A command is one entry of a list.
type command struct {
	Word  string `json:"command"`
	About string `json:"description"`
}

// list is the commands of the team, or of buyers, in a language.
func (a *Adapter) list(locale string, staff bool) []command {
	list := []command{}
	for _, c := range a.Commands {
		if staff && c.Staff || !staff && c.Buyers {
			list = append(list, command{c.Word, chat.UTF16.Clamp(describe(c, locale), maxAbout)})
		}
	}
	return list
}

func describe(c flow.CommandInfo, locale string) string {
	short, _, _ := strings.Cut(locale, "-")
	text := c.About[locale]
	for known, about := range c.About {
		if text == "" && strings.HasPrefix(known, short) {
			text = about
		}
	}
	return strings.TrimSpace(cmp.Or(text, c.About["en"], c.Word))
}

// commands are those that are set now.
func (a *Adapter) commands(ctx context.Context, s scope, l language) ([]command, error) {
	var list []command
	return list, a.manage(ctx, "getMyCommands", scoped(s, l), &list)
}

// setCommands sets a list unless it stands there, and reports whether it did.
func (a *Adapter) setCommands(ctx context.Context, s scope, l language, want []command) (bool, error) {
	have, err := a.commands(ctx, s, l)
	if err != nil || slices.Equal(have, want) {
		return false, err
	}
	if len(want) == 0 {
		return true, a.manage(ctx, "deleteMyCommands", scoped(s, l), nil)
	}
	params := scoped(s, l)
	if err := params.AddInterface("commands", want); err != nil {
		return false, err
	}
	return true, a.manage(ctx, "setMyCommands", params, nil)
}

func scoped(s scope, l language) tgbotapi.Params {
	params := tgbotapi.Params{}
	_ = params.AddInterface("scope", s) // cannot fail: strings and numbers
	params.AddNonEmpty("language_code", l.code)
	return params
}

// checkCommands finds mistakes in the commands before Telegram does.
func checkCommands(list []flow.CommandInfo) error {
	for _, c := range list {
		if !wordPattern.MatchString(c.Word) {
			return fmt.Errorf("telegram: %q is no word for a command: 1 to %d small letters, digits and _", c.Word, maxWord)
		}
	}
	return nil
}
