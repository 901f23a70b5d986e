package hotmart

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// Member implements actions.Members: whether somebody is in the members area of a product, under exactly this address. An area that
// is not the platform's own, or that this credential cannot see, is not known, which is no error: the platform answers 200 without a
// body there (observed).
func (p *Platform) Member(ctx context.Context, _ string, product actions.Product, email actions.Email) (actions.MemberState, error) {
	area := clubOf(product.AccessURL)
	if area == "" {
		return actions.MemberState{}, nil
	}
	var found actions.MemberState
	readable := false
	l := clubListing(area, email)
	token := ""
	for range clubPages {
		got, err := pageOf[clubUser](ctx, p, l, token)
		if isNotFound(err) || isForbidden(err) {
			return actions.MemberState{}, nil
		}
		if err != nil {
			return actions.MemberState{}, err
		}
		readable = readable || !got.Blank
		for _, u := range got.Items {
			// Whose address only contains this one is somebody else.
			if to, err := actions.ParseEmail(string(u.Email)); err == nil && to.Key() == email.Key() {
				found = memberOf(u, found)
			}
		}
		if token = got.Next; token == "" {
			break
		}
	}
	found.Known = readable
	return found, nil
}

// clubPages is how many pages of addresses that contain another are looked through.
const clubPages = 5

// memberOf reads a user. Where somebody is there twice, he who may enter counts.
func memberOf(u clubUser, before actions.MemberState) actions.MemberState {
	s := actions.MemberState{Found: true, FirstAt: u.First.Time, LastAt: u.Last.Time, Accesses: int(u.Accesses)}
	switch upper(u.Status) {
	case "BLOCKED", "BLOCKED_BY_OWNER":
		s.Blocked = true
	case "OVERDUE":
		s.Late = true
	}
	if before.Found && !before.Blocked && !before.Late && (s.Blocked || s.Late) {
		return before
	}
	return s
}

var subdomains = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// clubOf is the subdomain of the members area that an address leads to: https://NAME.club.hotmart.com/…, or …hotmart.com/…/club/NAME.
// Empty: it leads elsewhere.
func clubOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	host, name := strings.ToLower(u.Hostname()), ""
	if before, ok := strings.CutSuffix(host, ".club.hotmart.com"); ok {
		name = before
	} else if host == "hotmart.com" || strings.HasSuffix(host, ".hotmart.com") {
		parts := strings.Split(strings.ToLower(u.Path), "/")
		for i, part := range parts {
			if part == "club" && i+1 < len(parts) {
				name = parts[i+1]
				break
			}
		}
	}
	if !subdomains.MatchString(name) {
		return ""
	}
	return name
}
