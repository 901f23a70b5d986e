package actions

import "time"

// A Decision is what policy says of a write before anybody clicks.
type Decision string

// The decisions.
const (
	Allowed       Decision = "allowed"
	NeedsApproval Decision = "needs_approval"
	Blocked       Decision = "blocked"
)

// A Verdict is a decision with the rule that led to it and the rule's numbers, so that it explains itself. It is a
// value: the same facts give the same verdict, and it is stored with the action.
type Verdict struct {
	Decision Decision `json:"decision"`
	Rule     string   `json:"rule"` // message key below "verdict.", such as "refund.inside_guarantee"
	Numbers  Numbers  `json:"numbers,omitzero"`
}

// Numbers are the values that a rule compared; each rule uses some of them.
type Numbers struct {
	Days   int       `json:"days,omitempty"` // whole days left, over, or allowed
	Count  int       `json:"count,omitempty"`
	Limit  int       `json:"limit,omitempty"`
	Amount Money     `json:"amount,omitzero"`
	Max    Money     `json:"max,omitzero"`
	Date   time.Time `json:"date,omitzero"`
	Status Status    `json:"status,omitempty"`
}

// Args are the numbers by name, for the messages that speak of them; all are there, used or not.
func (n Numbers) Args() map[string]any {
	return map[string]any{"days": n.Days, "count": n.Count, "limit": n.Limit,
		"amount": n.Amount, "max": n.Max, "date": n.Date, "status": n.Status}
}

// Err returns a Blocked verdict as the error that an action ends with, and nil for the others. Each blocked rule has
// a hint beside its message.
func (v Verdict) Err() error {
	if v.Decision != Blocked {
		return nil
	}
	key := "verdict." + v.Rule
	return &Error{Code: Conflict, Key: key, Hint: key + ".hint", Args: v.Numbers.Args()}
}

func allowed(rule string, n Numbers) Verdict       { return Verdict{Allowed, rule, n} }
func needsApproval(rule string, n Numbers) Verdict { return Verdict{NeedsApproval, rule, n} }
func blocked(rule string, n Numbers) Verdict       { return Verdict{Blocked, rule, n} }
