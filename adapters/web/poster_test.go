package web

import (
	"errors"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

func TestPosterKeepsToItsPane(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	team, buyer := d.adapter.Poster(Team), d.adapter.Poster(Buyer)
	if _, err := team.Post(t.Context(), Buyer.Chat("marina"), flow.Shown{Title: "x"}); err == nil {
		t.Error("the team's poster posts to a buyer")
	}
	id, err := buyer.Post(t.Context(), Buyer.Chat("marina"), flow.Shown{Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := buyer.Edit(t.Context(), Buyer.Chat("joao"), id, flow.Shown{Title: "y"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a message is edited in a chat that it is not in: %v", err)
	}
	if err := buyer.Edit(t.Context(), Buyer.Chat("marina"), "nope", flow.Shown{Title: "y"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no message is edited: %v", err)
	}
}

func TestPostWithinATransaction(t *testing.T) {
	t.Parallel()
	d := openDesk(t, says(flow.Shown{}))
	gone := errors.New("rolled back")
	err := d.options.Store.Tx(t.Context(), func(tx *store.Store) error {
		if _, err := d.adapter.Poster(Team).Post(tx.Context(), Team.Room("approvals"), flow.Shown{Title: "never said"}); err != nil {
			return err
		}
		return gone
	})
	if !errors.Is(err, gone) {
		t.Fatal(err)
	}
	if strings.Contains(body(t, d.get("/c/")), "never said") {
		t.Error("a message survived the transaction that it was part of")
	}
}
