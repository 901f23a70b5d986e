package hotmart

// What REST answers, in the fields that we read. Types are those of the webhooks (loose.go): the same field comes as a number here
// and as a string there.

// A historyItem is a sale in the history of sales.
type historyItem struct {
	Product  product      `json:"product,omitzero"`
	Buyer    restPerson   `json:"buyer,omitzero"`
	Purchase restPurchase `json:"purchase,omitzero"`
}

type restPerson struct {
	Name  word `json:"name,omitzero"`
	Email word `json:"email,omitzero"`
}

type restPurchase struct {
	Transaction  word      `json:"transaction,omitzero"`
	Status       word      `json:"status,omitzero"`
	Ordered      stamp     `json:"order_date,omitzero"`
	Approved     stamp     `json:"approved_date,omitzero"`
	Warranty     stamp     `json:"warranty_expire_date,omitzero"`
	Subscription yes       `json:"is_subscription,omitzero"`
	Recurrence   count     `json:"recurrency_number,omitzero"`
	CommissionAs word      `json:"commission_as,omitzero"`
	Price        price     `json:"price,omitzero"`
	Payment      payment   `json:"payment,omitzero"`
	Offer        restOffer `json:"offer,omitzero"`
}

type restOffer struct {
	Code word `json:"code,omitzero"`
	Mode word `json:"payment_mode,omitzero"`
}

// A usersItem is who took part in a sale. Documents and telephone numbers are read and never written again.
type usersItem struct {
	Transaction word       `json:"transaction"`
	Product     product    `json:"product"`
	Users       []saleUser `json:"users"`
}

type saleUser struct {
	Role word `json:"role"`
	User struct {
		Name      word   `json:"name"`
		Email     word   `json:"email"`
		Locale    word   `json:"locale"`
		Phone     hidden `json:"phone"`
		Cellphone hidden `json:"cellphone"`
		Documents []struct {
			Type  word   `json:"type"`
			Value hidden `json:"value"`
		} `json:"documents"`
	} `json:"user"`
}

// A commissionsItem is who earned from a sale.
type commissionsItem struct {
	Transaction word `json:"transaction"`
	Commissions []struct {
		Source word `json:"source"`
	} `json:"commissions"`
}

// A subscriptionItem is a subscription in their list.
type subscriptionItem struct {
	Code        word       `json:"subscriber_code,omitzero"`
	Status      word       `json:"status,omitzero"`
	Accession   stamp      `json:"accession_date,omitzero"`
	Ended       stamp      `json:"end_accession_date,omitzero"` // when it was cancelled
	NextCharge  stamp      `json:"date_next_charge,omitzero"`   // of a cancelled one, the last day of access
	Trial       yes        `json:"trial,omitzero"`
	Transaction word       `json:"transaction,omitzero"` // of its newest charge
	Plan        plan       `json:"plan,omitzero"`
	Product     product    `json:"product,omitzero"`
	Price       price      `json:"price,omitzero"`
	Subscriber  restPerson `json:"subscriber,omitzero"`
}

// A chargeItem is a charge in the list of a subscription's own.
type chargeItem struct {
	Transaction   word  `json:"transaction"`
	Status        word  `json:"status"`
	Approved      stamp `json:"approved_date"`
	Price         price `json:"price"`
	Type          word  `json:"payment_type"`
	Method        word  `json:"payment_method"`
	Recurrence    count `json:"recurrency_number"`
	UnderWarranty *yes  `json:"under_warranty"` // nil: not told
}

// A linkItem is a charge in the list of all subscriptions' charges.
type linkItem struct {
	Code     word    `json:"subscriber_code,omitzero"`
	Product  product `json:"product,omitzero"`
	Plan     plan    `json:"plan,omitzero"`
	Purchase struct {
		Transaction word `json:"transaction,omitzero"`
	} `json:"purchase,omitzero"`
	Recurrency struct {
		Number count `json:"number,omitzero"`
	} `json:"recurrency,omitzero"`
	Subscriber restPerson `json:"subscriber,omitzero"`
}

// A productItem is a product of the shop.
type productItem struct {
	ID           word  `json:"id,omitzero"`
	Name         word  `json:"name,omitzero"`
	Status       word  `json:"status,omitzero"`
	Format       word  `json:"format,omitzero"`
	Subscription yes   `json:"is_subscription,omitzero"`
	Warranty     count `json:"warranty_period,omitzero"` // days
}

// A participantItem is a ticket of an event, with who comes.
type participantItem struct {
	Participant restPerson `json:"participant"`
	Buyer       restPerson `json:"buyer"`
	Ticket      struct {
		ID         word   `json:"id"`
		CheckIn    word   `json:"checkin_status"`
		Status     word   `json:"ticket_status"`
		Type       word   `json:"ticket_type"`
		Blocked    yes    `json:"is_blocked"`
		CheckInURL opaque `json:"checkin_url"`
		Updated    stamp  `json:"current_update"`
	} `json:"eticket"`
	Product product `json:"product"`
}

// A clubUser is somebody in a members area.
type clubUser struct {
	Email    word  `json:"email"`
	Role     word  `json:"role"`
	Status   word  `json:"status"`
	First    stamp `json:"first_access_date"`
	Last     stamp `json:"last_access_date"`
	Accesses count `json:"access_count"`
}
