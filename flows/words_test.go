package flows_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
	"github.com/aftersale/aftersale/flows/locales"
)

// The narrowest of Slack, Discord and Telegram for each element (platform limits, read 2026-07).
const (
	maxButton  = 75 // Slack: button text
	maxLabel   = 45 // Discord: label of a modal's field
	maxTitle   = 256
	maxText    = 2000 // Discord: content of a message; adapters split longer views
	maxFields  = 5    // Discord: top-level components of a modal
	maxButtons = 25   // Discord: five rows of five
	maxChoices = 25   // Discord: options of a menu
)

// TestEveryViewHasItsWordsAndFits shows every step of every flow and every live card in every language and measures it
// against the narrowest platform.
func TestEveryViewHasItsWordsAndFits(t *testing.T) {
	t.Parallel()
	for _, v := range flowstest.Views(t) {
		s := v.Shown
		fits(t, v.Name+" title", s.Title, maxTitle)
		if n := len(s.Buttons); n > maxButtons {
			t.Errorf("%s: %d buttons", v.Name, n)
		}
		if n := len(s.Fields); n > maxFields {
			t.Errorf("%s: %d fields", v.Name, n)
		}
		labels := map[string]bool{}
		for _, b := range s.Buttons {
			fits(t, v.Name+" button", b.Label, maxButton)
			if len(b.Token) > flow.MaxToken {
				t.Errorf("%s: token of %d bytes", v.Name, len(b.Token))
			}
			if s.Kind != "form" && s.Flow != "home" && labels[b.Label] { // two purchases or requests may look the same
				t.Errorf("%s: two buttons are called %q", v.Name, b.Label)
			}
			labels[b.Label] = true
		}
		for _, f := range s.Fields {
			fits(t, v.Name+" label", f.Label, maxLabel)
			if len(f.Options) > maxChoices {
				t.Errorf("%s: %d options", v.Name, len(f.Options))
			}
		}
		for _, f := range s.Facts {
			fits(t, v.Name+" fact "+f.Label, f.Value, maxText)
		}
	}
}

// TestStepsHaveKeysOfTheirOwn: two steps may share a key only when they never both stand in a conversation, which the
// flows of this package do not need.
func TestStepsHaveKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, d := range flows.All(nil) {
		seen := map[string]bool{}
		for _, key := range flow.Keys(d.New()) {
			if seen[key] {
				t.Errorf("%s has two steps called %s", d.Name, key)
			}
			seen[key] = true
		}
	}
}

func fits(t *testing.T, where, text string, limit int) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n > limit || n == 0 {
		t.Errorf("%s: %d characters, limit %d: %q", where, n, limit, text)
	}
}

// TestEveryKeyOfTheActionsHasWords reads the keys out of the source of the actions, where they are written once.
func TestEveryKeyOfTheActionsHasWords(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	keys := map[string]bool{}
	for _, rule := range flowstest.Rules(t) {
		keys["verdict."+rule] = true
	}
	for _, m := range flowstest.Scan(t, "actions", `(?:Key|Hint):\s*"([a-z_]+\.[a-z_.]*[a-z_])"`) {
		if !strings.HasPrefix(m, "import.") { // for the operator's terminal, in English
			keys[m] = true
		}
	}
	for _, m := range flowstest.Scan(t, "actions", `(?:\b[aA]ction:|\b(?:action|audit)[A-Z]\w*\s*=)\s*"([a-z]+\.[a-z_]+)"`) {
		keys["history."+m] = true
		if area := actions.AreaOf(m); area == actions.AreaOther && m != "notice.undelivered" {
			t.Errorf("the audit log cannot be searched for %s by an area", m)
		}
	}
	for _, s := range []actions.Status{actions.Started, actions.WaitingPayment, actions.Processing, actions.Failed, actions.Expired, actions.Overdue,
		actions.Approved, actions.Complete, actions.Disputed, actions.PartlyRefunded, actions.Refunded, actions.Chargeback, actions.UnknownStatus} {
		keys["status."+string(s)] = true
		keys["history.purchase."+string(s)] = true // of imports, whose actions are put together
	}
	for _, p := range []actions.Payment{actions.Card, actions.Pix, actions.Boleto, actions.PayPal, actions.Wallet, actions.Transfer,
		actions.DirectDebit, actions.OtherPayment} {
		keys["payment."+string(p)], keys["money."+string(p)] = true, true
	}
	states := []actions.RequestState{actions.RequestRecorded, actions.RequestSending, actions.RequestDone, actions.RequestRequested,
		actions.RequestNeedsBuyer, actions.RequestAssisted, actions.RequestRefused, actions.RequestUnknown}
	for _, s := range states {
		keys["outcome."+string(s)] = true
		for _, kind := range []string{actions.KindRefund, actions.KindClaim, actions.KindEmail, actions.KindCancel, actions.KindChargeDay, actions.KindReactivate} {
			keys["request."+kind+"."+string(s)] = true
		}
	}
	for _, kind := range []string{actions.KindRefund, actions.KindEmail, actions.KindPutBack, actions.KindCancel, actions.KindChargeDay, actions.KindReactivate,
		actions.KindAccessMail, actions.KindCheckInMail} {
		for _, s := range append(states, "cannot") {
			keys["request."+kind+"."+string(s)] = true
		}
		keys["task.kind."+kind] = true
	}
	for _, op := range []actions.Operation{actions.OpChangeEmail, actions.OpRefund, actions.OpApproveClaim, actions.OpResend, actions.OpCheckIn, actions.OpReactivate} {
		panel := hotmart.Guide{}.Panel(op)
		if len(panel.Steps) == 0 {
			t.Errorf("nobody knows how %s is done in Hotmart's panel", op)
		}
		for _, key := range append(panel.Steps, panel.Note) {
			keys[key] = true
		}
	}
	for _, m := range flowstest.Scan(t, "actions/hotmart", `"(outcome\.refused\.[a-z_]+)"`) {
		keys[m] = true
	}
	keys["request.cancel.over"], keys[actions.AlreadyCancelled] = true, true
	keys["request.reactivate.expired"], keys["history.reactivate.expired"], keys[actions.NotAccepted] = true, true, true
	for _, kind := range []string{actions.KindCancel, actions.KindChargeDay, actions.KindReactivate, actions.KindAccessMail, actions.KindCheckInMail} { // whose audit actions are put together
		for _, end := range []string{"requested", "done", "waiting", "needs_buyer", "assisted", "refused", "unknown"} {
			keys["history."+kind+"."+end] = true
			if area := actions.AreaOf(kind + "." + end); area != actions.AreaMoney && area != actions.AreaAccess {
				t.Errorf("the audit log cannot be searched for %s.%s by an area", kind, end)
			}
		}
	}
	for _, s := range []actions.ProposalStatus{actions.ProposalOpen, actions.ProposalApproved, actions.ProposalDenied, actions.ProposalExpired,
		actions.ProposalRebuilt, actions.ProposalWithdrawn} {
		keys["proposal.refund."+string(s)], keys["proposal.email."+string(s)] = true, true
		keys["proposal.already."+string(s)] = s != actions.ProposalOpen
	}
	for _, locale := range flows.Locales {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if keys[key] && !words.Has(key, locale) {
				t.Errorf("%s has no words in %s", key, locale)
			}
		}
	}
}

// TestEveryKeyOfTheFlowsHasWords does the same for what is written out in the flows and the engine.
func TestEveryKeyOfTheFlowsHasWords(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	found := 0
	for _, dir := range []string{"flows", "flows/flow"} {
		for _, key := range flowstest.Scan(t, dir, `(?:\bT|notice)\("([a-z_]+\.[a-z_.]*[a-z_])"[,)]`) {
			found++
			for _, locale := range flows.Locales {
				if !words.Has(key, locale) {
					t.Errorf("%s has no words in %s", key, locale)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("found only %d keys in the source: the pattern no longer fits it", found)
	}
}

func newWords(t *testing.T) *locales.Words {
	t.Helper()
	words, err := locales.New("pt-BR", nil)
	if err != nil {
		t.Fatal(err)
	}
	return words
}
