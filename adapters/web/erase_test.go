package web

import (
	"context"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// TestWhatMustNotStayIsTakenOut: a document that was typed is neither on the page nor in the database once it was read.
func TestWhatMustNotStayIsTakenOut(t *testing.T) {
	t.Parallel()
	d := openDesk(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		typed, _ := in.Input.(flow.Typed)
		_, err := on.Show(ctx, flow.Shown{Kind: "notice", Title: "Read", Ended: true, Erase: strings.HasPrefix(typed.Text, "529")})
		return err
	}))
	d.post("/c/say", seat(Buyer, "marina", "text", "hello there"))
	d.post("/c/say", seat(Buyer, "marina", "text", "529.982.247-25"))
	page := body(t, d.get("/c/?buyer=marina"))
	if strings.Contains(page, "529") || !strings.Contains(page, erased) || !strings.Contains(page, "hello there") {
		t.Errorf("the page shows\n%s", page)
	}
	all, err := d.adapter.Store.In(t.Context()).Messages(d.adapter.Account.ID, Buyer.Chat("marina"), "marina", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if strings.Contains(string(m.Body), "529") {
			t.Errorf("the database has %s", m.Body)
		}
	}
}
