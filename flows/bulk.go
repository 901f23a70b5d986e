package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Bulk steers work for many: it pauses a run, goes on with it, stops it for good, starts one that was counted, or tries again
// what failed. It is started by the buttons of a run's card; without a run it lists those that are under way.
type Bulk struct {
	core *actions.Core
	Many

	ID   string
	Do   string
	Runs []actions.BulkRun `json:",omitzero"`
}

// NewBulk defines the flow.
func NewBulk(core *actions.Core) flow.Def {
	return flow.Def{Name: "bulk", Roles: actions.StaffRoles, Unlisted: true, New: func() flow.Flow { return &Bulk{core: core} }}
}

// Given takes the run and what was pressed.
func (f *Bulk) Given(_ actions.Actor, values map[string]string) {
	f.ID, f.Do = values["run"], values["do"]
}

// Steps is the flow's table of contents.
func (f *Bulk) Steps() []flow.Step {
	steers := f.Do == actions.PauseBulk || f.Do == actions.ResumeBulk || f.Do == actions.StopBulk
	starts := f.Do == continueRun || f.Do == retryRun
	live := subjectOfRun(f.Run.ID)
	listing := f.Do == ""
	return slices.Concat([]flow.Step{
		flow.When(listing, flow.Do("list", func(c flow.Call) (err error) {
			f.Runs, err = f.core.OpenBulk(c, c.Who)
			return err
		})),
		flow.When(listing && len(f.Runs) == 0, flow.Result("none", nil)),
		flow.When(listing, flow.Form("which", flow.Pick("run", &f.ID, f.options()...))),
		flow.When(!starts, flow.Do("load", func(c flow.Call) (err error) {
			f.Run, err = f.core.Bulk(c, c.Who, f.ID)
			return err
		})),
		flow.When(listing, flow.Result("shown", f.card, steer(f.Run)...).Live(live)),
		flow.When(f.Do == actions.StopBulk, flow.Confirm("stop", f.card).Danger()),
		flow.When(steers, flow.Do("steer", func(c flow.Call) (err error) {
			f.Run, err = f.core.SteerBulk(c, c.Who, actions.SteerBulkInput{Key: c.Key, Run: f.ID, Do: f.Do})
			return err
		})),
		flow.When(f.Do == actions.PauseBulk, flow.Result("paused", f.card, steer(f.Run)...).Live(live)),
		flow.When(f.Do == actions.ResumeBulk, flow.Result("resumed", f.card, steer(f.Run)...).Live(live)),
		flow.When(f.Do == actions.StopBulk, flow.Result("stopped", f.card).Live(live)),
	}, f.steps(f.core, starts, f.collect))
}

func (f *Bulk) collect(c flow.Call) (err error) {
	if f.Do == retryRun {
		f.Run, err = f.core.RetryBulk(c, c.Who, c.Key, f.ID, c.Identity)
		return err
	}
	if f.Run, err = f.core.Bulk(c, c.Who, f.ID); err == nil && f.Run.State != actions.BulkReady {
		err = &actions.Error{Code: actions.Conflict, Key: "bulk.already." + string(f.Run.State)}
	}
	return err
}

func (f *Bulk) options() []flow.Option {
	list := make([]flow.Option, len(f.Runs))
	for i, r := range f.Runs {
		list[i] = flow.Option{Value: r.ID, Label: flow.T("option.run", "what", kindOf(r), "product", short(r.Product.Name),
			"done", r.Over(), "total", r.Total)}
	}
	return list
}
