package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
)

// file hands a file to its reader, in his private chat and nowhere else. Done twice, he gets it twice: better than never.
func (n *Notices) file(ctx context.Context, job jobs.Job) error {
	var w actions.Work
	if err := job.Decode(&w); err != nil {
		return err
	}
	f, body, err := n.Core.OpenFile(ctx, w.ID)
	if err != nil && actions.AsError(err).Code == actions.NotFound {
		return nil // too late: it has expired
	}
	if err != nil || f.Delivered || f.Lost != "" {
		return err
	}
	to, err := n.Core.Addressee(ctx, f.Identity)
	if err != nil {
		return err
	}
	may, err := n.Core.MayReceive(ctx, to.Actor, f)
	if err != nil {
		return err
	}
	if !may { // removed from the team since he asked, or not known to be the buyer any more
		return n.Core.FileLost(ctx, f, actions.FileRemoved)
	}
	if to.Chat == "" { // he blocked the bot after he asked
		return n.Core.FileLost(ctx, f, flow.Closed)
	}
	poster, ok := n.Posters[to.Platform]
	if !ok {
		return errNoAdapter(to.Platform)
	}
	files, ok := poster.(flow.FilePoster)
	if !ok {
		return jobs.Cancel(fmt.Errorf("%s takes no files", to.Platform)) // a mistake of the program: all do
	}
	reader := flow.Reader{Locale: to.Actor.Locale, Timezone: to.Actor.Timezone}
	waits, err := files.PostFile(ctx, to.Chat, flow.File{ID: f.ID, Name: f.Name, MIME: f.MIME, Body: body,
		Caption: n.Words.Text(flow.T(f.Caption, "name", f.Name), reader), Locale: reader.Locale})
	var lost *flow.Unreachable
	switch {
	case errors.As(err, &lost):
		return n.Core.FileLost(ctx, f, lost.Why)
	case errors.Is(err, flow.ErrTooLarge):
		return n.Core.FileLost(ctx, f, actions.FileTooLarge)
	case err != nil:
		return fmt.Errorf("file on %s: %w", to.Platform, later(err))
	}
	return n.Core.FileDelivered(ctx, f, waits)
}

// FileCard is the live card of a file on its way, where its reader asked for it.
func FileCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "file", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		f, err := core.File(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		return ShowFile(f), nil, nil
	}}
}

// ShowFile is what the card of a file says.
func ShowFile(f actions.File) flow.View {
	v := flow.View{Token: flow.Token{Of: "file:" + f.ID}, Flow: "file", Step: "waiting", Kind: "card", Ended: true,
		Title: flow.T("file.waiting"), Facts: flow.Card("file", f.Name)}
	switch {
	case f.Lost != "":
		v.Step, v.Title = "lost", flow.T("file.lost")
		v.Body = []flow.Text{flow.T("file." + cmp.Or(f.Lost, flow.Closed))}
	case f.Delivered:
		v.Step, v.Title = "delivered", flow.T("file.delivered")
	}
	return v
}
