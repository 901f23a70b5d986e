package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// SettingCard is the card of a change of a setting that the team is told of, or that waits for somebody's agreement.
func SettingCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "setting", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		x, err := core.SettingChange(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowSetting(x, reader)
		return v, launches, nil
	}}
}

// ShowSetting is what the card of a change says to a reader, and what its buttons launch.
func ShowSetting(x actions.SettingChange, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: "setting:" + x.ID, Revision: x.Revision}, Flow: "setting", Step: string(x.Status), Kind: "card",
		Title: flow.T("setting.title."+string(x.Status), "who", x.AskedBy, "setting", settingName(x.Setting)),
		Facts: settingFacts(x, ""), Ended: true,
	}
	if x.Status != actions.SettingOpen {
		return v, nil
	}
	v.Ended = false
	if !x.Mine {
		v.Buttons = []flow.Button{
			{Name: approve, Label: flow.T("setting.agree"), Style: flow.Primary},
			{Name: deny, Label: flow.T("setting.refuse"), Style: flow.Danger},
		}
	}
	return v, map[string]flow.Launch{
		approve: {Flow: "settings", Values: map[string]string{"change": x.ID, "decision": approve}},
		deny:    {Flow: "settings", Values: map[string]string{"change": x.ID, "decision": deny}},
	}
}
