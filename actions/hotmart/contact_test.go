package hotmart

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

// TestDecodeContacts: who a checkout says he is, wherever the platform writes it.
func TestDecodeContacts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]actions.SoldTo{
		"purchase_approved":                    {Document: "12345678909", Phone: "5519900000001"},
		"purchase_approved_bundle":             {Phone: "351910000003"}, // from Portugal: a document without check digits
		"purchase_approved_subscription_first": {Document: "98765432100", Phone: "5511900000002"},
		"order_fulfillment":                    {Document: "12345678909", Phone: "5519900000001"},
		"subscription_cancellation":            {Phone: "5511900000002"},
		"switch_plan":                          {},
		"club_first_access":                    {},
	} {
		e, err := Decode(read(t, "testdata/webhooks/"+name+".json"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := buyerOf(e); string(got.Document) != string(want.Document) || got.Phone != want.Phone {
			t.Errorf("%s: document %q, phone %q; want %q, %q", name, string(got.Document), got.Phone, string(want.Document), want.Phone)
		}
		if s := e.Subscription; s != nil && e.Sale != nil && s.Buyer != e.Sale.Buyer {
			t.Errorf("%s: the subscription has another buyer", name)
		}
	}
}

func buyerOf(e actions.SaleEvent) actions.SoldTo {
	switch {
	case e.Sale != nil:
		return e.Sale.Buyer
	case e.Subscription != nil:
		return e.Subscription.Buyer
	}
	return e.Opening.Buyer
}

func TestDecodeContactsLoosely(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]actions.SoldTo{
		`"document": "529.982.247-25"`:                                   {Document: "52998224725"},
		`"document": 52998224725`:                                        {Document: "52998224725"},
		`"document": "12.ABC.345/01DE-35", "document_type": "CNPJ"`:      {Document: "12ABC34501DE35"},
		`"document": "52998224724"`:                                      {},
		`"document": null, "checkout_phone": null`:                       {},
		`"document": ["52998224725"], "checkout_phone": {"a": 1}`:        {},
		`"checkout_phone": "(19) 90000-0001"`:                            {Phone: "5519900000001"},
		`"checkout_phone": "019900000001", "checkout_phone_code": "+55"`: {Phone: "5519900000001"},
		`"checkout_phone": 19900000001, "checkout_phone_code": 55`:       {Phone: "5519900000001"},
		`"checkout_phone": "123"`:                                        {},
		`"checkout_phone": "` + strings.Repeat("9", 39) + `"`:            {},
		`"checkout_phone": "call me", "checkout_phone_code": "55"`:       {},
		`"checkout_phone": "912345678", "checkout_phone_code": "351"`:    {Phone: "351912345678"},
		`"phone": {"dddPhone": "11", "phone": "30000000", "cell": null}`: {Phone: "551130000000"},
	} {
		e, err := Decode(change(t, `"name": "Ana"`, `"name": "Ana", `+fields))
		if err != nil {
			t.Fatalf("%s: %v", fields, err)
		}
		if got := e.Sale.Buyer; string(got.Document) != string(want.Document) || got.Phone != want.Phone {
			t.Errorf("%s: document %q, phone %q; want %q, %q", fields, string(got.Document), got.Phone, string(want.Document), want.Phone)
		}
	}
}
