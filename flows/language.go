package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Locales are the languages that everything is written in.
var Locales = []string{"pt-BR", "en", "es"}

// Language changes the language in which one person is spoken to.
//
//	/language [pt-BR|en|es]   everybody
type Language struct {
	core *actions.Core

	Locale string
}

// NewLanguage defines the flow.
func NewLanguage(core *actions.Core) flow.Def {
	return flow.Def{Name: "language", Roles: everybody, New: func() flow.Flow { return &Language{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Language) Steps() []flow.Step {
	return []flow.Step{
		flow.Form("choose", flow.Choice("locale", &f.Locale, Locales...)),
		flow.Do("set", f.set),
		flow.Result("set_to", nil),
	}
}

func (f *Language) set(c flow.Call) error {
	if err := f.core.SetLanguage(c, c.Who, f.Locale); err != nil {
		return err
	}
	c.Speak(f.Locale)
	return nil
}
