package flows

import (
	"context"
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store/jobs"
)

// announceCase shows news of a case in each room where the team works on cases.
func (n *Notices) announceCase(ctx context.Context, job jobs.Job) error {
	var a actions.Subject
	if err := job.Decode(&a); err != nil {
		return err
	}
	return n.announceIn(ctx, n.caseRooms, a.Subject)
}

// caseRooms are the rooms for cases; on a platform that has none, the one for approvals: no question goes unseen.
func (n *Notices) caseRooms(ctx context.Context) ([]Room, error) {
	rooms, err := n.Core.Rooms(ctx, n.Account.ID, actions.RoomCases)
	if err != nil {
		return nil, err
	}
	others, err := n.rooms(ctx)
	for _, room := range others {
		if !slices.ContainsFunc(rooms, func(r Room) bool { return r.Platform == room.Platform }) {
			rooms = append(rooms, room)
		}
	}
	return rooms, err
}
