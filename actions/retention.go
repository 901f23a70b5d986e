package actions

import "fmt"

// Retention says for how many days each kind of data is kept that nobody needs for ever; 0 keeps it. It is data: it comes
// from the configuration, and Retain applies it. Purchases, decisions and the audit log are the books, and stay.
type Retention struct {
	Conversations int `yaml:"conversations"` // after they have ended
	Webhooks      int `yaml:"webhooks"`      // what deliveries of the commerce platform said
	Mails         int `yaml:"mails"`         // what sent mails said
	Codes         int `yaml:"codes"`         // one-time codes, of which only hashes are there
	Messages      int `yaml:"messages"`      // what the web console shows
	Proofs        int `yaml:"proofs"`        // which chat user is which buyer, since he last showed it
	Contacts      int `yaml:"contacts"`      // documents and phones, after the last purchase, guarantee or subscription
	Attendees     int `yaml:"attendees"`     // who came to an event, after it
	Cases         int `yaml:"cases"`         // what was said in cases, after they were closed
	Feedback      int `yaml:"feedback"`      // who said what in feedback
	Requests      int `yaml:"requests"`      // notes, reasons and addresses in what was asked for and decided
}

// DefaultRetention is what holds where the configuration says nothing. Banks take back a payment for about half a year, and
// the answer to them is in these.
func DefaultRetention() Retention {
	return Retention{Conversations: 30, Webhooks: 180, Mails: 180, Codes: 1, Messages: 90, Proofs: 180, Contacts: 180, Attendees: 90, Cases: 365, Feedback: 730, Requests: 365}
}

// Validate returns every mistake at once. What is kept for less than it is needed would be missed: a proof is good for
// ProofDays, an e-mail change can be taken back for a week, and limits look back further still.
func (r Retention) Validate() []PolicyMistake {
	var all []PolicyMistake
	for _, k := range []struct {
		path     string
		days, at int // the fewest days
	}{
		{"conversations", r.Conversations, 1}, {"webhooks", r.Webhooks, 7}, {"mails", r.Mails, 7}, {"codes", r.Codes, 1},
		{"messages", r.Messages, 1}, {"proofs", r.Proofs, ProofDays}, {"contacts", r.Contacts, 7}, {"attendees", r.Attendees, 1}, {"cases", r.Cases, 30}, {"feedback", r.Feedback, 60}, {"requests", r.Requests, 30},
	} {
		if k.days != 0 && (k.days < k.at || k.days > maxRetention) {
			all = append(all, PolicyMistake{Path: k.path, Problem: fmt.Sprintf("must be from %d to %d days, or 0 to keep it, not %d", k.at, maxRetention, k.days)})
		}
	}
	return all
}

// maxRetention is a hundred years: more is a typing error.
const maxRetention = 36_500
