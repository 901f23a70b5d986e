package discord

import (
	"reflect"
	"slices"

	"github.com/aftersale/aftersale/flows/flow"
)

// Numbers of application commands.
const (
	chatInput    = 1 // a slash command
	subCommand   = 1 // option types
	subGroup     = 2
	stringOption = 3
	guildInstall = 0
	contextGuild = 0
	baseLocale   = "en" // of the texts that are not localised: what every client falls back to
)

// languages are Discord's names of the languages that are not the base. Discord falls back from es-419 to es-ES, but a client
// of one must not depend on that.
var languages = map[string][]string{"pt-BR": {"pt-BR"}, "es": {"es-ES", "es-419"}}

// A definition is a command as it is registered: what POST takes, and of what GET returns the part that is ours.
type definition struct {
	Name         string             `json:"name"`
	Type         int                `json:"type"`
	Description  string             `json:"description"`
	Localized    map[string]string  `json:"description_localizations,omitempty"`
	Options      []optionDefinition `json:"options,omitempty"`
	Contexts     []int              `json:"contexts,omitempty"`
	Integrations []int              `json:"integration_types,omitempty"`
}

type optionDefinition struct {
	Type         int                `json:"type"`
	Name         string             `json:"name"`
	Description  string             `json:"description"`
	Localized    map[string]string  `json:"description_localizations,omitempty"`
	Options      []optionDefinition `json:"options,omitempty"`
	Choices      []choice           `json:"choices,omitempty"`
	Autocomplete bool               `json:"autocomplete,omitempty"`
}

// define makes the one command of the words that there are, for one server or for all. Names are the same in all languages,
// descriptions are not. Rare words stand in a group: a command takes 25 sub-commands and groups, and each group 25 more
// (Discord's documentation of application commands, read November 2026). What a server's command can be used in is not said: it is that server.
func define(commands []flow.CommandInfo, words Words, guild string) definition {
	d := definition{Name: Command, Type: chatInput}
	d.Description, d.Localized = everywhere(words, "discord.about")
	if guild == "" {
		d.Contexts, d.Integrations = []int{contextGuild, contextDirect}, []int{guildInstall}
	}
	more := optionDefinition{Type: subGroup, Name: Group}
	more.Description, more.Localized = everywhere(words, "discord.more")
	for _, c := range commands {
		sub := optionDefinition{Type: subCommand, Name: c.Word, Description: description(c.About), Localized: localized(c.About)}
		for _, o := range c.Options[:min(len(c.Options), maxCommandOptions)] {
			sub.Options = append(sub.Options, defineOption(o))
		}
		if c.Rare {
			more.Options = append(more.Options, sub)
		} else {
			d.Options = append(d.Options, sub)
		}
	}
	if len(more.Options) > 0 {
		d.Options = append(d.Options, more)
	}
	return d
}

// everywhere is a text of the bot's own as a description, and as Discord has it in the other languages.
func everywhere(words Words, key string) (string, map[string]string) {
	about := map[string]string{baseLocale: words.Text(flow.T(key), flow.Reader{Locale: baseLocale})}
	for locale := range languages {
		about[locale] = words.Text(flow.T(key), flow.Reader{Locale: locale})
	}
	return description(about), localized(about)
}

func defineOption(o flow.CommandOption) optionDefinition {
	out := optionDefinition{
		Type: stringOption, Name: o.Name, Description: description(o.Label), Localized: localized(o.Label), Autocomplete: o.Suggest,
	}
	if o.Suggest || len(o.Choices) > maxOptions {
		return out // Discord takes one or the other
	}
	for _, c := range o.Choices {
		out.Choices = append(out.Choices, choice{Name: description(c.Label), Value: c.Value, Localizations: localized(c.Label)})
	}
	return out
}

func description(byLocale map[string]string) string {
	return label(byLocale[baseLocale], maxCommandText)
}

func localized(byLocale map[string]string) map[string]string {
	out := map[string]string{}
	for locale, names := range languages {
		if byLocale[locale] == "" {
			continue
		}
		for _, name := range names {
			out[name] = label(byLocale[locale], maxCommandText)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// A registered command is one that Discord has.
type registered struct {
	ID string `json:"id"`
	definition
}

// same reports whether Discord has the command as it should be.
func (r registered) same(d definition) bool {
	if d.Contexts == nil {
		r.Contexts, r.Integrations = nil, nil // a server's command; Discord may say something all the same
	}
	return reflect.DeepEqual(normal(r.definition), normal(d))
}

// normal is a definition in which what Discord leaves out, and in which order it lists, makes no difference.
func normal(d definition) definition {
	if d.Type == 0 {
		d.Type = chatInput
	}
	d.Contexts, d.Integrations = slices.Sorted(slices.Values(d.Contexts)), slices.Sorted(slices.Values(d.Integrations))
	d.Localized, d.Options = normalMap(d.Localized), normalOptions(d.Options)
	return d
}

func normalOptions(all []optionDefinition) []optionDefinition {
	out := make([]optionDefinition, len(all))
	for i, o := range all {
		o.Localized, o.Options = normalMap(o.Localized), normalOptions(o.Options)
		choices := make([]choice, len(o.Choices))
		for j, c := range o.Choices {
			c.Localizations = normalMap(c.Localizations)
			choices[j] = c
		}
		o.Choices = choices
		out[i] = o
	}
	return out
}

func normalMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
