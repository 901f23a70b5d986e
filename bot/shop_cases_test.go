package main

import (
	"log/slog"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/bot/demo"
)

// The sample shop has cases in the queues and canned replies for each of them, from its first minute on.
func TestSampleCases(t *testing.T) {
	t.Parallel()
	s, err := openShop(t.Context(), t.TempDir(), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.store.Close(); s.cleanUp() })
	secrets, err := newVault(s.config)
	if err != nil {
		t.Fatal(err)
	}
	core := actions.New(actions.Options{Store: s.store, Commerce: ledger.New(s.store, now), Policy: s.config.Policy, Shop: s.config.Account.shop(), Hours: s.config.Hours,
		Now: now, NewID: newID, Log: slog.New(slog.DiscardHandler), Vault: secrets})
	team, err := sampleTeam(t.Context(), s.store)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := core.CaseCounts(t.Context(), team["ana"])
	if err != nil || counts[actions.QueueUnassigned] != 1 || counts[actions.QueueMine] != 2 || counts[actions.QueueBuyer] != 1 {
		t.Errorf("the queues hold %v, %v", counts, err)
	}
	all, err := core.CannedReplies(t.Context(), team["rui"])
	if err != nil || len(all) != len(demo.CannedReplies) {
		t.Fatalf("%d canned replies, %v", len(all), err)
	}
	for _, r := range all {
		if len(r.Texts) != 3 {
			t.Errorf("%s has %d languages", r.Name, len(r.Texts))
		}
	}
}
