package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A StepUp is how somebody of the team shows once more that it is he, before what cannot be taken back: by a code of his
// authenticator app. Flows embed it, put its steps in front of the act, and pass Factor on to the action; after a wrong code
// the question comes again, and all else stays as it is. The code is stored nowhere.
type StepUp struct {
	Need   actions.FactorNeed `json:",omitzero"`
	Factor string
}

// steps ask for a code where one is wanted. The act is approving a proposal, or changing the team when that is empty.
func (s *StepUp) steps(core *actions.Core, act bool, proposal string) []flow.Step {
	const words = "stepup"
	return []flow.Step{
		flow.When(act, flow.Do("need_factor", func(c flow.Call) (err error) {
			s.Need, err = core.FactorFor(c, c.Who, proposal)
			return err
		})),
		flow.When(act && s.Need.Wanted && !s.Need.Set, flow.Result("no_factor", nil, flow.Open("set_up", "security", nil)).In(words)),
		flow.When(act && s.Need.Wanted, flow.Form("factor", flow.Input("factor", &s.Factor, parseFactor).Secret()).In(words)),
	}
}

// parseFactor takes a code of an authenticator app, or one of the recovery codes.
func parseFactor(text string) (string, error) {
	code := actions.ParseFactor(text)
	if code == "" {
		return "", &actions.Error{Code: actions.Invalid, Key: "stepup.factor.unlike", Args: map[string]any{"digits": actions.CodeDigits}}
	}
	return code, nil
}
