package flows

import (
	"context"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
)

// JobForget drops what nobody needs any more; periodic, without arguments.
const JobForget = "forget"

// repeatsWithin is for how long a platform may deliver the same thing again; Telegram keeps updates 24 hours.
const repeatsWithin = 72 * time.Hour

// changesWithin is for how long a change of e-mail is kept with its addresses: it can be put back for seven days, and the
// team looks at what came of it for some more. The audit log has it for ever.
const changesWithin = 60 * 24 * time.Hour

// forgetBatch keeps one deletion short.
const forgetBatch = 1000

// forget ends the conversations that nobody has answered, with their answers, drops the ids of old deliveries, and then what
// the shop does not want to keep any longer.
func (n *Notices) forget(ctx context.Context, _ jobs.Job) error {
	s := n.Store.In(ctx)
	if _, err := s.ExpireConversations(n.Now().Add(-flow.Lifetime)); err != nil {
		return fmt.Errorf("expire conversations: %w", err)
	}
	for dropped := forgetBatch; dropped == forgetBatch; {
		var err error
		if dropped, err = s.ForgetFiles(n.Now(), forgetBatch); err != nil {
			return fmt.Errorf("forget files: %w", err)
		}
	}
	for dropped := forgetBatch; dropped == forgetBatch; {
		var err error
		if dropped, err = s.ForgetDocumentChecks(n.Now().Add(-actions.DocumentCountedFor), forgetBatch); err != nil {
			return fmt.Errorf("forget tries of documents: %w", err)
		}
	}
	for dropped := forgetBatch; dropped == forgetBatch; {
		var err error
		if dropped, err = s.ForgetEmailChanges(n.Now().Add(-changesWithin), forgetBatch); err != nil {
			return fmt.Errorf("forget changes of e-mail: %w", err)
		}
	}
	for platform := range n.Posters {
		for dropped := forgetBatch; dropped == forgetBatch; {
			var err error
			if dropped, err = s.ForgetInbound(n.Account.ID, platform, n.Now().Add(-repeatsWithin), forgetBatch); err != nil {
				return fmt.Errorf("forget deliveries of %s: %w", platform, err)
			}
		}
	}
	return n.Core.Retain(ctx, n.Account.ID)
}
