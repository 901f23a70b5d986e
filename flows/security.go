package flows

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Security sets up, renews and removes the authenticator app of whoever uses it, and gives him recovery codes.
//
//	/security                 the team
type Security struct {
	core *actions.Core

	App    actions.Factor `json:",omitzero"`
	Act    string
	Factor string   // code of the app in force
	First  string   // code of the new one
	Codes  []string // recovery codes: a result shows them, so they are never stored
}

// What can be done with an authenticator app.
const (
	appRenew = "renew" // another phone
	appCodes = "codes" // other recovery codes
	appDrop  = "drop"
)

// NewSecurity defines the flow.
func NewSecurity(core *actions.Core) flow.Def {
	return flow.Def{Name: "security", Roles: actions.StaffRoles, Rare: true, New: func() flow.Flow { return &Security{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Security) Steps() []flow.Step {
	setting := !f.App.Set || f.Act == appRenew
	return []flow.Step{
		flow.Do("look", f.look),
		flow.When(!f.App.Set, flow.Menu("begin", nil, flow.Go("set_up", nil).Styled(flow.Primary)).Body(f.about)),
		flow.When(f.App.Set, flow.Form("choose", flow.Choice("act", &f.Act, appRenew, appCodes, appDrop)).Card(f.card)),
		flow.When(f.Act == appDrop, flow.Confirm("sure", f.card).Danger()),
		flow.When(f.App.Set, flow.Form("prove", flow.Input("factor", &f.Factor, parseFactor).Secret()).In("stepup")),
		flow.When(setting, flow.Do("send", f.send)),
		flow.When(setting, flow.Form("confirm", flow.Input("first", &f.First, parseCode).Secret()).With(flow.Reopen("again", "look", nil))),
		flow.When(setting, flow.Do("put_in_force", f.confirm)),
		flow.When(setting, flow.Result("set", nil).Body(f.codes)),
		flow.When(f.Act == appCodes, flow.Do("renew_codes", f.renewCodes)),
		flow.When(f.Act == appCodes, flow.Result("renewed", nil).Body(f.codes)),
		flow.Do("drop", func(c flow.Call) error { return f.core.DropFactor(c, c.Who, f.Factor) }),
		flow.Result("dropped", nil),
	}
}

func (f *Security) look(c flow.Call) (err error) {
	f.App, err = f.core.Factor(c, c.Who)
	return err
}

func (f *Security) send(c flow.Call) error {
	code := f.Factor
	f.Factor = "" // it was good once
	return f.core.SetUpFactor(c, c.Who, code)
}

func (f *Security) confirm(c flow.Call) (err error) {
	f.Codes, err = f.core.ConfirmFactor(c, c.Who, f.First)
	return err
}

func (f *Security) renewCodes(c flow.Call) (err error) {
	f.Codes, err = f.core.RenewRecoveryCodes(c, c.Who, f.Factor)
	return err
}

func (f *Security) about() []flow.Text {
	body := []flow.Text{flow.T("security.about")}
	if f.App.Wanted {
		body = append(body, flow.T("security.wanted"))
	}
	return body
}

func (f *Security) card() []flow.Fact {
	return flow.Card("since", f.App.Since, "recovery_left", flow.T("security.left", "count", f.App.Recovery))
}

// codes shows recovery codes in rows that fit a narrow screen.
func (f *Security) codes() []flow.Text {
	const row = 2
	body := []flow.Text{flow.T("security.codes")}
	for i := 0; i < len(f.Codes); i += row {
		body = append(body, flow.T("security.row", "codes", strings.Join(f.Codes[i:min(i+row, len(f.Codes))], " · ")))
	}
	return append(body, flow.T("security.keep"))
}

// FactorCard is the message with the key of an authenticator app, for its owner alone. Once that is confirmed, or too late,
// the key is taken out of it.
func FactorCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "factor", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		if id != reader.Identity || id == "" {
			return flow.View{}, nil, &actions.Error{Code: actions.NotFound, Key: "error.stale"}
		}
		key, err := core.FactorKey(ctx, id)
		if err != nil && actions.AsError(err).Code != actions.NotFound {
			return flow.View{}, nil, err
		}
		return ShowFactor(id, key), nil, nil
	}}
}

// ShowFactor is what the message with a key says; without one, that it is not there any more.
func ShowFactor(id string, key actions.FactorKey) flow.View {
	v := flow.View{Token: flow.Token{Of: "factor:" + id}, Flow: "factor", Step: "gone", Kind: "card", Ended: true, Title: flow.T("factor.gone")}
	if key.URL == "" {
		return v
	}
	v.Step, v.Title = "key", flow.T("factor.key") // its body is "factor.key.body"
	v.Facts = flow.Card("factor_key", key.Text, "factor_link", key.URL)
	return v
}
