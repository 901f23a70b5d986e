package hotmart

// A payload is a webhook's body: the fields that we read, of all the shapes that "data" has (webhooks 2.0.0).
// Decoding into it and encoding it again is what strips a payload before it is stored: whatever is not listed here
// is gone, at any depth. Add a field only if something reads it. What is read but must not be stored is hidden.
type payload struct {
	ID       word  `json:"id,omitzero"`
	Created  stamp `json:"creation_date,omitzero"`
	Created2 stamp `json:"creationDate,omitzero"` // as CLUB_FIRST_ACCESS writes it
	Event    word  `json:"event,omitzero"`
	Version  word  `json:"version,omitzero"`
	Data     data  `json:"data,omitzero"`
}

type data struct {
	Product      product      `json:"product,omitzero"`
	Affiliates   []affiliate  `json:"affiliates,omitzero"`
	Buyer        person       `json:"buyer,omitzero"`
	Purchase     purchase     `json:"purchase,omitzero"`
	Subscription subscription `json:"subscription,omitzero"`
	Subscriber   person       `json:"subscriber,omitzero"` // cancellation, charge date
	User         person       `json:"user,omitzero"`       // members area
	Plan         plan         `json:"plan,omitzero"`       // charge date
	Plans        []plan       `json:"plans,omitzero"`      // switch of plan
	LineItems    []lineItem   `json:"line_items,omitzero"` // order
	Cancelled    stamp        `json:"cancellation_date,omitzero"`
	NextCharge   stamp        `json:"date_next_charge,omitzero"`
}

type product struct {
	ID           word    `json:"id,omitzero"`
	Name         word    `json:"name,omitzero"`
	Format       word    `json:"format,omitzero"` // order
	Physical     yes     `json:"is_physical_product,omitzero"`
	Warranty     stamp   `json:"warranty_date,omitzero"`
	SupportEmail word    `json:"support_email,omitzero"`
	Content      content `json:"content,omitzero"`
}

type content struct {
	Products []product `json:"products,omitzero"`
}

type affiliate struct {
	Code word `json:"affiliate_code,omitzero"`
	Name word `json:"name,omitzero"`
}

// A person is a buyer, subscriber, shopper or user of the members area. Of his address the country is read, as a
// hint at his language.
type person struct {
	Name      word    `json:"name,omitzero"`
	Email     word    `json:"email,omitzero"`
	Document  hidden  `json:"document,omitzero"`
	Phone     hidden  `json:"checkout_phone,omitzero"`
	PhoneCode hidden  `json:"checkout_phone_code,omitzero"`
	Phone2    hidden  `json:"phone,omitzero"`   // of an order's shopper; of a subscriber, who has it in parts
	Code      word    `json:"code,omitzero"`    // of a subscriber
	Locale    word    `json:"locale,omitzero"`  // of an order's shopper: PT_BR
	Country   word    `json:"country,omitzero"` // likewise: BR
	Address   country `json:"address,omitzero"`
}

type country struct {
	ISO  word `json:"iso,omitzero"`         // checkout_country
	ISO2 word `json:"country_iso,omitzero"` // buyer.address
}

type purchase struct {
	Transaction word    `json:"transaction,omitzero"`
	Status      word    `json:"status,omitzero"`
	Ordered     stamp   `json:"order_date,omitzero"`
	Approved    stamp   `json:"approved_date,omitzero"`
	Price       price   `json:"price,omitzero"`
	FullPrice   price   `json:"full_price,omitzero"`
	Offer       offer   `json:"offer,omitzero"`
	Recurrence  count   `json:"recurrence_number,omitzero"`
	NextCharge  stamp   `json:"date_next_charge,omitzero"`
	Checkout    country `json:"checkout_country,omitzero"`
	OrderBump   bump    `json:"order_bump,omitzero"`
	Payment     payment `json:"payment,omitzero"`
	Tickets     tickets `json:"event_tickets,omitzero"`
	Shopper     person  `json:"shopper,omitzero"` // order
}

type price struct {
	Value     decimal `json:"value,omitzero"`
	Currency  word    `json:"currency_value,omitzero"`
	Currency2 word    `json:"currency_code,omitzero"` // as REST and orders write it
}

type offer struct {
	Code word `json:"code,omitzero"`
}

type bump struct {
	Is     yes  `json:"is_order_bump,omitzero"`
	Parent word `json:"parent_purchase_transaction,omitzero"`
}

type payment struct {
	Type         word  `json:"type,omitzero"`
	Method       word  `json:"method,omitzero"`
	Installments count `json:"installments_number,omitzero"`
}

type tickets struct {
	Amount count `json:"amount,omitzero"`
}

type subscription struct {
	Status     word    `json:"status,omitzero"`
	Plan       plan    `json:"plan,omitzero"`
	Subscriber person  `json:"subscriber,omitzero"`
	Code       word    `json:"subscriber_code,omitzero"` // switch of plan
	NextCharge stamp   `json:"date_next_charge,omitzero"`
	NewDay     count   `json:"new_charge_day,omitzero"` // charge date
	Product    product `json:"product,omitzero"`
	User       person  `json:"user,omitzero"`
}

type plan struct {
	Name    word `json:"name,omitzero"`
	Current yes  `json:"current,omitzero"`
}

type lineItem struct {
	Product  product `json:"product,omitzero"`
	Offer    offer   `json:"offer,omitzero"`
	Quantity count   `json:"quantity,omitzero"`
}
