package terminal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/flows/flow"
)

func TestRender(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		view flow.Shown
		look look
		want string
	}{
		{
			"a card with numbered buttons",
			flow.Shown{
				Title:   "Refund this purchase?",
				Facts:   []flow.ShownFact{{Label: "Product", Value: "Curso de Go"}, {Label: "Preço", Value: "R$ 297,00"}},
				Body:    []string{"The guarantee ends in 2 days."},
				Buttons: []flow.ShownButton{{Label: "Confirm"}, {Label: "Cancel"}},
			},
			look{numbered: true, first: 1},
			`Refund this purchase?
  The guarantee ends in 2 days.
  Product  Curso de Go
  Preço    R$ 297,00
  [1] Confirm  [2] Cancel`,
		},
		{
			"a question with a problem: a number would be an answer",
			flow.Shown{
				Title: "Which purchase?", Problem: "There is no purchase HP999.", Hint: "Check the receipt.",
				Fields:  []flow.ShownField{{Name: "transaction", Label: "Transaction", Hint: "Such as HP1.", Kind: flow.TextField}},
				Buttons: []flow.ShownButton{{Label: "Cancel"}},
			},
			look{},
			`Which purchase?
  ✗ There is no purchase HP999.
  → Check the receipt.
  Transaction: ________
    Such as HP1.
  [Cancel]`,
		},
		{
			"a form keeps what was typed and numbers the options of each field",
			flow.Shown{
				Title: "Change the e-mail",
				Fields: []flow.ShownField{
					{Name: "new", Label: "New address", Value: "a@b.example", Problem: "They differ."},
					{Name: "reason", Label: "Reason", Value: "typo", Kind: flow.ChoiceField, Options: []flow.ShownOption{
						{Value: "typo", Label: "Typing error"}, {Value: "other", Label: "Other"}}},
				},
			},
			look{numbered: true, first: 1},
			`Change the e-mail
  New address: a@b.example
    ✗ They differ.
  Reason: Typing error
    (1) Typing error  (2) Other`,
		},
		{
			"long buttons stand below each other and numbers go on",
			flow.Shown{Title: "Which?", Buttons: []flow.ShownButton{
				{Label: "Curso de Confeitaria, 12 Mar 2025"}, {Label: "E-book Pães Caseiros, 1 Mar 2025"}, {Label: "Cancel"}}},
			look{numbered: true, first: 3},
			`Which?
  [3] Curso de Confeitaria, 12 Mar 2025
  [4] E-book Pães Caseiros, 1 Mar 2025
  [5] Cancel`,
		},
		{
			"no empty line and nothing that steers the terminal",
			flow.Shown{Title: "Hi \x1b[31mred\u202e", Body: []string{"one\n\n\ttwo\r", " "}, Facts: []flow.ShownFact{{Label: "Note", Value: "a\nb\x07"}}},
			look{},
			`Hi [31mred
  one
   two
  Note  a
        b`,
		},
		{
			"bold only where it is wanted",
			flow.Shown{Title: "Done"},
			look{color: true},
			"\x1b[1mDone\x1b[0m",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, strings.Join(render(c.view, c.look), "\n")); diff != "" {
				t.Errorf("render(%+v) (-want +got):\n%s", c.view, diff)
			}
		})
	}
}
