package slack

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// BenchmarkTurn is what the adapter itself costs: a press decoded, a script for a desk, the card and a form drawn and
// encoded; no network.
func BenchmarkTurn(b *testing.B) {
	body, err := os.ReadFile("testdata/decode/press_ephemeral.json")
	if err != nil {
		b.Fatal(err)
	}
	say := speaks("pt-BR")
	v := card("Refund this purchase?", "Confirm", "Back", "Help", "Cancel")
	v.Buttons[0].Style = flow.Danger
	v.Body = []string{"The full price goes back to the buyer and access to the product ends. This cannot be undone."}
	for _, label := range []string{"Product", "Buyer", "E-mail", "Code", "Price", "Status", "Payment", "Guarantee"} {
		v.Facts = append(v.Facts, flow.ShownFact{Label: label, Value: "marina.duarte@example.com"})
	}
	f := form("3", "")
	b.ReportAllocs()
	for b.Loop() {
		e, err := decodeInteraction(body)
		if err != nil {
			b.Fatal(err)
		}
		desk := handlerFunc(func(ctx context.Context, _ flow.Inbound, on flow.Screen) error {
			if _, err := on.Show(ctx, v); err != nil {
				return err
			}
			_, err := on.Show(ctx, f)
			return err
		})
		if err := desk.Handle(b.Context(), flow.Inbound{Input: e.input}, drawn{say}); err != nil {
			b.Fatal(err)
		}
	}
}

// drawn is a screen that draws and encodes, and sends nothing.
type drawn struct{ say speech }

func (d drawn) Show(_ context.Context, v flow.Shown) (string, error) {
	_, err := json.Marshal(surface(v, d.say))
	return "", err
}
