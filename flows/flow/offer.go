package flow

import (
	"context"

	"github.com/aftersale/aftersale/actions"
)

// An Offer is what stands below a card beside somebody's words: files, which the adapter fetches only when they are wanted, and of
// which it leaves out what is larger than actions.MaxFile.
type Offer interface {
	Fetch(ctx context.Context) []actions.TeamFile
}

// An Offered is a file of an Offer.
type Offered = actions.TeamFile

// MaxOffered is how large such a file may be, in bytes; of a larger one nothing but its size is wanted.
const MaxOffered = actions.MaxFile

// Files are an Offer that is there already.
type Files []actions.TeamFile

// Fetch implements Offer.
func (f *Files) Fetch(context.Context) []actions.TeamFile { return *f }

// fetched returns the files of a remark, which it has fetched: nobody's but the team's, and only those below a card to which somebody
// listens. It happens before the transaction, which waits for nothing remote.
func (r *Runner) fetched(ctx context.Context, in Inbound) ([]actions.TeamFile, error) {
	said, ok := in.Input.(Remark)
	if !ok || said.Files == nil {
		return nil, nil
	}
	t := &talk{Runner: r, tx: r.Store.In(ctx), in: in}
	card, err := t.heardBelow()
	if err != nil || card.ID == "" {
		return nil, err
	}
	who, err := r.Actor(ctx, in)
	if err != nil || !who.Staff() {
		return nil, err
	}
	return said.Files.Fetch(ctx), nil
}
