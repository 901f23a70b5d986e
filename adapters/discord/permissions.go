package discord

import (
	"fmt"
	"strconv"
)

// A permission is one bit.
type permission uint64

// The permissions that cards in channels need; answers to interactions need none.
const (
	administrator permission = 1 << 3
	viewChannel   permission = 1 << 10
	sendMessages  permission = 1 << 11
	embedLinks    permission = 1 << 14
	readHistory   permission = 1 << 16
	beginThreads  permission = 1 << 35
	inThreads     permission = 1 << 38

	wanted = viewChannel | sendMessages | embedLinks | readHistory | beginThreads | inThreads
)

// names says permissions as the clients call them.
func (p permission) names() []string {
	var all []string
	for _, one := range []struct {
		bit  permission
		name string
	}{{viewChannel, "View Channel"}, {sendMessages, "Send Messages"}, {embedLinks, "Embed Links"}, {readHistory, "Read Message History"},
		{beginThreads, "Create Public Threads"}, {inThreads, "Send Messages in Threads"}} {
		if p&one.bit != 0 {
			all = append(all, one.name)
		}
	}
	return all
}

// UnmarshalJSON reads the digits that Discord writes as a string.
func (p *permission) UnmarshalJSON(b []byte) error {
	s := string(b)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	n, err := strconv.ParseUint(s, 10, 64)
	*p = permission(n)
	return err
}

type guild struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	OwnerID string `json:"owner_id"`
	Roles   []role `json:"roles"`
}

type role struct {
	ID          string     `json:"id"`
	Permissions permission `json:"permissions"`
}

type channel struct {
	ID         string      `json:"id"`
	Type       int         `json:"type"`
	GuildID    string      `json:"guild_id"`
	Name       string      `json:"name"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

// An overwrite changes permissions in one channel, for a role or for a member.
type overwrite struct {
	ID    string     `json:"id"`
	Allow permission `json:"allow"`
	Deny  permission `json:"deny"`
}

// may computes what a member may do in a channel (API v10 reference, permission overwrites): everybody's role, then his
// roles, then the channel's overwrites for everybody, for his roles together, and for himself.
func may(g guild, c channel, user string, roles []string) permission {
	if g.OwnerID == user {
		return ^permission(0)
	}
	has := map[string]bool{g.ID: true}
	for _, r := range roles {
		has[r] = true
	}
	var p permission
	for _, r := range g.Roles {
		if has[r.ID] {
			p |= r.Permissions
		}
	}
	if p&administrator != 0 {
		return ^permission(0)
	}
	var everybody, byRole, own overwrite
	for _, o := range c.Overwrites {
		switch {
		case o.ID == g.ID:
			everybody = o
		case o.ID == user:
			own = o
		case has[o.ID]:
			byRole.Allow |= o.Allow
			byRole.Deny |= o.Deny
		}
	}
	for _, o := range []overwrite{everybody, byRole, own} {
		p = p&^o.Deny | o.Allow
	}
	return p
}

// InviteURL is where an owner of a server adds the bot to it, with the permissions that it needs and no other.
func (a *Adapter) InviteURL() string {
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", a.o.ApplicationID, uint64(wanted))
}
