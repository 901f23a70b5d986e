package fake

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// lists are the kinds of objects that are listed, with the parameters that filter them.
var lists = map[string]struct {
	object string
	params []string
}{
	"products":          {"product", []string{"active", "created", "ids", "shippable", "url"}},
	"charges":           {"charge", []string{"created", "customer", "payment_intent", "transfer_group"}},
	"subscriptions":     {"subscription", []string{"created", "status", "customer", "price", "current_period_start", "current_period_end"}},
	"refunds":           {"refund", []string{"created", "charge", "payment_intent"}},
	"disputes":          {"dispute", []string{"created", "charge", "payment_intent"}},
	"checkout/sessions": {"checkout.session", []string{"created", "customer", "payment_intent", "subscription", "status"}},
}

// list answers a list, the newest first.
func (s *Server) list(r *http.Request, kind string) saved {
	l := lists[kind]
	if wrong := only(r.Form, append([]string{"limit", "starting_after", "ending_before", "expand"}, l.params...)...); wrong != "" {
		return problem(400, "parameter_unknown", "invalid_request_error", wrong)
	}
	limit, err := strconv.Atoi(r.Form.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		return problem(400, "", "invalid_request_error", "Invalid limit")
	}
	var found []map[string]any
	for _, o := range s.objects {
		if o["object"] == l.object && matches(o, r.Form) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b map[string]any) int {
		return cmp.Or(cmp.Compare(b["created"].(int64), a["created"].(int64)), strings.Compare(b["id"].(string), a["id"].(string)))
	})
	if after := r.Form.Get("starting_after"); after != "" {
		i := slices.IndexFunc(found, func(o map[string]any) bool { return o["id"] == after })
		if i < 0 {
			return problem(400, "resource_missing", "invalid_request_error", "No such object: '"+after+"'")
		}
		found = found[i+1:]
	}
	more := len(found) > limit
	data := []any{}
	for _, o := range found[:min(limit, len(found))] {
		o = maps.Clone(o)
		for _, path := range r.Form["expand[]"] {
			parts := strings.Split(path, ".")
			if len(parts) > 4 || parts[0] != "data" || parts[1] != "line_items" && !s.expand(o, parts[1:]) {
				return problem(400, "", "invalid_request_error", "This property cannot be expanded ("+path+").")
			}
		}
		data = append(data, o)
	}
	return answer(map[string]any{"object": "list", "data": data, "has_more": more, "url": r.URL.Path})
}

// matches reports whether an object is one that the parameters of a list ask for.
func matches(o map[string]any, form map[string][]string) bool {
	for name, values := range form {
		field, _, span := strings.Cut(name, "[")
		switch {
		case span && field != "expand":
			n, _ := strconv.ParseInt(values[0], 10, 64)
			v, _ := o[field].(int64)
			if strings.HasSuffix(name, "[gte]") && v < n || strings.HasSuffix(name, "[lte]") && v > n {
				return false
			}
		case name == "charge", name == "payment_intent", name == "customer":
			if o[name] != values[0] {
				return false
			}
		}
	}
	return true
}
