package flows

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// receive keeps a file of a buyer and goes on with the question that it belongs to. The pictures of an album are one message.
func receive(core *actions.Core) flow.Receiver {
	return func(ctx context.Context, who actions.Actor, key string, s flow.Sent) (flow.Launch, bool, error) {
		kept, err := core.KeepUpload(ctx, who, actions.UploadInput{Key: key, Album: s.Album, Name: s.Name, Body: s.Body, Size: s.Size})
		if err != nil || kept.Joined && s.Text == "" {
			return flow.Launch{}, false, err
		}
		words := strings.TrimSpace(s.Text + "\n📎 " + kept.Name)
		return flow.Launch{Flow: "case", Values: map[string]string{"words": words, "free": "1"}}, true, nil
	}
}

// CaseFiles brings the files of a case into the private chat of whoever asks.
type CaseFiles struct {
	OfCase
	Sent int
}

// NewCaseFiles defines the flow.
func NewCaseFiles(core *actions.Core) flow.Def {
	return unlisted("case_files", actions.StaffRoles, func() flow.Flow { return &CaseFiles{OfCase: OfCase{core: core}} })
}

// Steps is the flow's table of contents.
func (f *CaseFiles) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("load", f.load),
		flow.Do("send", func(c flow.Call) (err error) {
			f.Sent, err = f.core.SendCaseFiles(c, c.Who, f.input(c))
			return err
		}),
		flow.When(f.Sent == 0, flow.Result("none", f.card, f.back())),
		flow.Result("sent", f.card, f.back()),
	}
}
