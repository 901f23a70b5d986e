package fake

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"
)

// TestMisfortunes: what goes wrong once, and whether the call acted all the same.
func TestMisfortunes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		what  Misfortune
		code  int
		acted bool
		body  string
	}{
		"limited":       {Limited, 429, false, "too_many_requests"},
		"gateway first": {GatewayFirst, 502, false, ""},
		"gateway after": {GatewayAfter, 502, true, ""},
		"cut first":     {CutFirst, -1, false, ""},
		"cut after":     {CutAfter, -1, true, ""},
		"hang":          {Hang, -1, true, ""},
		"expired":       {Expired, 401, false, "token_expired"},
		"empty":         {Empty, 200, true, ""},
		"html":          {HTML, 200, true, "<html>"},
		"html error":    {HTMLError, 500, false, "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, Facts{})
			w.Next(c.what, "/refund")
			w.wants("GET", history, "", 200, "") // another path is not met
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, "PUT", w.url+"/payments/api/v1/sales/HP1100000101/refund", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+w.token)
			code, body := w.send(r)
			if code != c.code || !bytes.Contains(body, []byte(c.body)) || c.body == "" && len(body) > 0 {
				t.Errorf("answered %d %q, want %d %q", code, body, c.code, c.body)
			}
			if acted := w.Count().Refunds["HP1100000101"] == 1; acted != c.acted {
				t.Errorf("acted: %v, want %v", acted, c.acted)
			}
		})
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	const one = history + "?transaction=HP1100000101"
	for _, c := range []struct {
		what  Misfortune
		field string
		want  any
	}{
		{Seconds, "items.purchase.order_date", 1772456701.0},
		{Currency, "items.purchase.price.currency_value", "BRL"},
		{Strings, "items.product.id", "4100001"},
	} {
		w.Next(c.what, "")
		if got := field(w.get(one), c.field); got != c.want {
			t.Errorf("%s: %v, want %v", c.field, got, c.want)
		}
	}
	if err := w.Claim("HP1100000101"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"DISPUTE", "PROTESTED"} {
		if i == 0 {
			w.Next(Spelling, "")
		}
		if got := field(w.get(one), "items.purchase.status"); got != want {
			t.Errorf("the status is spelled %v, want %s", got, want)
		}
	}
}

// TestWebhookTrouble: each way in which a webhook may come, or not.
func TestWebhookTrouble(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trouble   Trouble
		now, late int // deliveries at once, and in the end
	}{
		"none":      {Trouble{}, 20, 20},
		"lost":      {Trouble{Lost: 1}, 0, 0},
		"late":      {Trouble{Late: 1}, 0, 20},
		"duplicate": {Trouble{Duplicate: 1}, 40, 40},
		"reordered": {Trouble{Reorder: 1}, 20, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, Facts{})
			w.listen()
			w.Suffer(c.trouble)
			for range 20 {
				if _, err := w.Buy(Purchase{Product: 4100001, Buyer: Buyer{Email: "marina.duarte@example.com"}}); err != nil {
					t.Fatal(err)
				}
			}
			if got := len(w.heard()); got != c.now {
				t.Errorf("%d came at once, want %d", got, c.now)
			}
			w.at(march.Add(7 * time.Hour))
			if got := len(w.heard()); got != c.late {
				t.Errorf("%d came in the end, want %d", got, c.late)
			}
			sorted := true
			for i := 1; i < len(w.hooks); i++ {
				sorted = sorted && w.hooks[i-1].ID <= w.hooks[i].ID
			}
			if want := name == "none"; sorted != want && (want || name == "reordered") {
				t.Errorf("in order: %v, want %v", sorted, want)
			}
			if name == "lost" {
				if err := w.Again(w.History()[0].ID); err != nil || len(w.heard()) != 1 {
					t.Errorf("the panel could not send it again: %v", err)
				}
			}
		})
	}
}
