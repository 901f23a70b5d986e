package flowstest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hooks"
)

// calling is the outside that rules call: it refuses the addresses that are refused for real, notes what it is told, and
// answers 503 where a host's name says that it is down.
type calling struct{ w *world }

// Check implements actions.Hooks.
func (calling) Check(address string) error { return hooks.New(hooks.Options{}).Check(address) }

// Call implements actions.Hooks.
func (c calling) Call(_ context.Context, call actions.HookCall) (int, string) {
	var said struct{ Type string }
	_ = json.Unmarshal(call.Body, &said) // an empty type is seen in the conversation
	host := call.URL
	if u, err := url.Parse(call.URL); err == nil {
		host = u.Host
	}
	status := 200
	if strings.HasPrefix(host, "down.") {
		status = 503
	}
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.outside = append(c.w.outside, fmt.Sprintf("! webhook %s %s (%d)", host, said.Type, status))
	return status, ""
}
