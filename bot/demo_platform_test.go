package main

import (
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// TestSampleOnItsPlatform: the same sales are known by reading the sample platform as by importing the sample's files.
func TestSampleOnItsPlatform(t *testing.T) {
	t.Parallel()
	open := func(connected bool) *shop {
		s, err := openShopOn(t.Context(), t.TempDir(), "", connected, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.store.Close(); s.cleanUp() })
		return s
	}
	kept, read := open(false), open(true)
	events, err := sampleEvents(now())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range events {
		if e.Sale == nil {
			continue
		}
		code := string(e.Sale.Transaction)
		a, err := kept.store.In(t.Context()).LockPurchase(accountID, code)
		if err != nil {
			t.Fatal(err)
		}
		b, err := read.store.In(t.Context()).LockPurchase(accountID, code)
		if err != nil {
			t.Errorf("%s is not known of the platform: %v", code, err)
			continue
		}
		// The platform completes what the files leave approved after its guarantee, and gives back what was claimed more than five days ago.
		same := a.Purchase.Status == b.Purchase.Status || a.Purchase.Status == string(actions.Approved) && b.Purchase.Status == string(actions.Complete) ||
			a.Purchase.Status == string(actions.Disputed) && b.Purchase.Status == string(actions.Refunded)
		if !same || a.Buyer.EmailKey != b.Buyer.EmailKey || a.Purchase.Amount != b.Purchase.Amount || a.Purchase.Currency != b.Purchase.Currency || a.Product.Code != b.Product.Code ||
			a.Subscription.Code != b.Subscription.Code || a.Subscription.Status != b.Subscription.Status || b.Purchase.Source != "hotmart" {
			t.Errorf("%s:\n%s\n%s", code, shownOf(a), shownOf(b))
		}
		seen++
	}
	if seen < 40 {
		t.Errorf("%d sales were compared", seen)
	}
}

func shownOf(p store.FullPurchase) string {
	return strings.Join([]string{p.Purchase.Source, p.Purchase.Status, p.Buyer.EmailKey, p.Product.Code, p.Subscription.Code, p.Subscription.Status}, " ")
}

func TestDemoOnItsPlatform(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "shop")
	p, address := startDemo(t, t.TempDir(), "--hotmart", "--data", data)
	root := strings.TrimSuffix(address, "/c/")
	if _, page := get(t, root+"/panel"); !strings.Contains(page, "not Hotmart") || !strings.Contains(page, "HP5300000101") {
		t.Fatalf("the panel: %.500s", page)
	}
	const sale = "/panel/sales/HP5300000101"
	if code, page := post(t, root+sale, url.Values{"do": {"claim"}}); code >= 400 {
		t.Fatalf("a claim: %d %s", code, page)
	}
	p.stopWell()

	var out, trouble strings.Builder
	code := run(t.Context(), []string{"demo", "--listen", "127.0.0.1:0", "--data", data}, env(), nil, &out, &trouble)
	if code != exitFailed || !strings.Contains(trouble.String(), "start it with --hotmart") {
		t.Errorf("without --hotmart on the same folder: exit code %d, %q", code, trouble.String())
	}
	p, address = startDemo(t, t.TempDir(), "--hotmart", "--data", data)
	if _, page := get(t, strings.TrimSuffix(address, "/c/")+sale); !strings.Contains(page, "PROTESTED") {
		t.Errorf("after a restart the claim is gone: %.800s", page)
	}
	p.stopWell()
}
