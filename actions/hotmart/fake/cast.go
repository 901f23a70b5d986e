package fake

import "time"

// SeedCast fills the server with the people and products of the synthetic samples: Padaria Escola, its course (4100001), its
// community (4100002), its event (4100003), a bundle (4100004) of the course and an e-book (4100005), and a kit (4100006).
// Times are those of the samples: March 2026.
func (s *Server) SeedCast() {
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	s.SetProducer(Buyer{UCode: "b0000000-0000-4000-8000-0000000000aa", Name: "Padaria Escola Ltda", Email: "owner@padaria-escola.example", Document: "11222333000181", DocType: "CNPJ"})
	created := at(1736510400000)
	for _, p := range []Product{
		{ID: 4100001, UCode: "6f1c2b7e-0b52-4b0a-9f0e-3a5a1c0d4e01", Name: "Sourdough at Home", Format: "ONLINE_COURSE", Warranty: 15, Offer: "bk7q2x01", Price: 29700, Subdomain: "padaria"},
		{ID: 4100002, UCode: "a2d94c10-5f37-4d0b-8a61-7be3f90c1e02", Name: "Baker's Circle", Format: "COMMUNITY", Warranty: 7, Subscription: true, Offer: "cirm0nth", Price: 5990, Subdomain: "circle"},
		{ID: 4100003, UCode: "c7e05d3a-91b8-4c52-b7ff-20d4aa6c5e03", Name: "Bread Camp Lisbon", Format: "ETICKET", Warranty: 7, Offer: "evtbcl26", Price: 24000, Starts: at(1778918400000), Ends: at(1779040800000)},
		{ID: 4100005, UCode: "0d3b7f96-64aa-4e1c-8f20-93c6e2d81e05", Name: "Oven Notes", Format: "EBOOK", Warranty: 15, Offer: "ovn0t3s1", Price: 4900, Subdomain: "padaria"},
		{ID: 4100004, UCode: "e18f6a42-3c0d-47e9-a9d5-58b1c7f25e04", Name: "Complete Baker Bundle", Format: "BUNDLE", Warranty: 15, Offer: "bndl3x90", Price: 8900, Currency: "EUR", Contents: []int64{4100001, 4100005}},
		{ID: 4100006, UCode: "58c9e1b4-d21f-43a7-9c3e-1f7a60b42e06", Name: "Starter Jar Kit", Format: "PHYSICAL", Warranty: 7, Offer: "kitj4r01", Price: 12000},
	} {
		p.Created, p.SupportEmail = created, "help@padaria-escola.example"
		s.AddProduct(p)
	}
	const users = "b0000000-0000-4000-8000-00000000000"
	for _, b := range []Buyer{
		{UCode: users + "1", Name: "Marina Duarte", Email: "marina.duarte@example.com", Phone: "19900000001", Document: "12345678909", DocType: "CPF"},
		{UCode: users + "2", Name: "Otto Ferraz", Email: "otto.ferraz@example.com", Phone: "11900000002", Document: "98765432100", DocType: "CPF"},
		{UCode: users + "3", Name: "Inês Valente", Email: "ines.valente@example.org", Phone: "910000003", Document: "000000003", DocType: "DOCUMENT", Country: "PT"},
		{UCode: users + "4", Name: "Raul Pinto", Email: "raul.pinto@example.net", Phone: "21900000004", Document: "11144477735", DocType: "CPF"},
	} {
		s.AddBuyer(b)
	}
	s.AddSubscription(Subscription{Code: "OTTO26QX", ID: 88000021, Product: 4100002, Buyer: users + "2", Plan: "Circle monthly", PlanID: 700101, Joined: at(1770748820000), NextCharge: at(1775822400000), Last: "HP1100000202", Recurrence: 2})
	s.AddSubscription(Subscription{Code: "RAUL25ZT", ID: 88000007, Product: 4100002, Buyer: users + "4", Plan: "Circle monthly", PlanID: 700101, Status: "CANCELLED_BY_SELLER", Joined: at(1756720800000), Ended: at(1771608600000),
		NextCharge: at(1772366400000), Last: "HP1100000290", Recurrence: 6})
	s.AddSubscription(Subscription{Code: "MARI24LK", ID: 88000003, Product: 4100002, Buyer: users + "1", Plan: "Circle monthly", PlanID: 700101, Status: "DELAYED", MaxCycles: 24, Joined: at(1730797200000),
		NextCharge: at(1775390400000), Last: "HP1100000280", Recurrence: 17, Unpaid: 1})
	for _, v := range []Sale{
		{Transaction: "HP1100000101", Product: 4100001, Buyer: users + "1", Status: "APPROVED", Ordered: at(1772456701000), Approved: at(1772456708000), Parts: 3, Coupon: "WELCOME10"},
		{Transaction: "HP1100000102", Product: 4100001, Buyer: users + "2", Status: "COMPLETE", Ordered: at(1772472160000), Approved: at(1772472242000), Method: "PIX", Type: "PIX"},
		{Transaction: "HP1100000110", Product: 4100001, Buyer: users + "4", Status: "PRINTED_BILLET", Ordered: at(1772464800000), Method: "BILLET", Type: "BILLET"},
		{Transaction: "HP1100000120", Product: 4100001, Buyer: users + "4", Status: "CHARGEBACK", Ordered: at(1772415611000), Approved: at(1772415618000)},
		{Transaction: "HP1100000201", Product: 4100002, Buyer: users + "2", Status: "COMPLETE", Ordered: at(1770748820000), Approved: at(1770748829000), Method: "MASTERCARD_CREDIT_CARD", Subscriber: "OTTO26QX", Recurrence: 1},
		{Transaction: "HP1100000202", Product: 4100002, Buyer: users + "2", Status: "APPROVED", Ordered: at(1773145851000), Approved: at(1773145857000), Method: "MASTERCARD_CREDIT_CARD", Subscriber: "OTTO26QX", Recurrence: 2},
		{Transaction: "HP1100000280", Product: 4100002, Buyer: users + "1", Status: "DELAYED", Ordered: at(1772712000000), Subscriber: "MARI24LK", Recurrence: 17, Refusal: "Insufficient balance."},
		{Transaction: "HP1100000290", Product: 4100002, Buyer: users + "4", Status: "COMPLETE", Ordered: at(1769767200000), Approved: at(1769767209000), Subscriber: "RAUL25ZT", Recurrence: 6},
		{Transaction: "HP1100000301", Product: 4100004, Buyer: users + "3", Status: "APPROVED", Ordered: at(1772615550000), Approved: at(1772615559000), Affiliate: "Clara Affiliates"},
		{Transaction: "HP1100000401", Product: 4100003, Buyer: users + "4", Status: "APPROVED", Ordered: at(1772704720000), Approved: at(1772704815000), Method: "PIX", Type: "PIX", Tickets: 2},
	} {
		s.AddSale(v)
	}
}
