package actions

import (
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestDefaultPolicyHasNoMistakes(t *testing.T) {
	t.Parallel()
	if m := DefaultPolicy().Validate(); len(m) > 0 {
		t.Errorf("mistakes: %v", m)
	}
}

func TestPolicyListsAllMistakes(t *testing.T) {
	t.Parallel()
	p := Policy{BuyerRefund: BuyerRefundPolicy{Max: -1, FirstInMonths: -1}, SecondPerson: SecondPersonPolicy{RefundAbove: -1},
		AgentDaily: AgentDailyPolicy{Refunds: -1, Amount: maxAmount + 1}, ProposalHours: 0, Resend: ResendPolicy{BuyerDaily: 101},
		EmailChange: EmailChangePolicy{Days: 0, Max: -1, FreezeHours: -1}, Codes: CodesPolicy{PerConversation: 101},
		BuyerYearly: BuyerYearlyPolicy{WithoutPerson: -1, Refunds: -1}, ProductSpike: ProductSpikePolicy{Count: -1, Times: -1}, Flood: FloodPolicy{PerMinute: -1}}
	var paths []string
	for _, m := range p.Validate() {
		paths = append(paths, m.Path)
	}
	want := []string{"buyer_refund.max", "buyer_refund.first_in_months", "second_person.refund_above", "buyer_yearly.without_person",
		"buyer_yearly.refunds", "product_spike.count", "product_spike.times", "product_spike.least", "agent_daily.refunds",
		"agent_daily.amount", "proposal_hours", "resend.buyer_daily", "resend.per_address", "resend.per_shop", "email_change.days", "email_change.max", "email_change.freeze_hours",
		"codes.per_address", "codes.per_conversation", "codes.per_shop", "flood.per_minute", "cases.first_reply_hours", "cases.resolve_hours"}
	if d := cmp.Diff(want, paths); d != "" {
		t.Error(d)
	}
}

func TestPolicyIsReadFromYAML(t *testing.T) {
	t.Parallel()
	got := DefaultPolicy()
	text := "buyer_refund: {max: 50.5, first_in_months: 6}\nsecond_person: {refund_above: 1000}\nemail_change: {unopened_only: false}\n"
	if err := yaml.UnmarshalWithOptions([]byte(text), &got, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	want := DefaultPolicy()
	want.BuyerRefund.Max, want.BuyerRefund.FirstInMonths = 50_50, 6
	want.SecondPerson.RefundAbove = 1000_00
	want.EmailChange.UnopenedOnly = false
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Amount{"0": 0, "100": 100_00, "100.5": 100_50, "0.07": 7, " 12.30 ": 12_30, "1000000000.00": maxAmount} {
		var got Amount
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", ".5", "1.", "1.234", "-1", "1,00", "1e3", "R$ 5", "1000000000.01", "99999999999999999999"} {
		if err := new(Amount).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for an amount", text)
		}
	}
	for currency, want := range map[string]int64{"BRL": 100_00, "CLP": 100, "KWD": 100_000} {
		if got := Amount(100_00).In(currency); got.Minor != want || got.Currency != currency {
			t.Errorf("100.00 in %s = %+v, want %d", currency, got, want)
		}
	}
}
