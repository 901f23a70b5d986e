package actions

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// A ProductPage is a part of the list of products, by name.
type ProductPage struct {
	Products []Product
	Next     string // where the next page begins; empty on the last
}

// Products lists the products of the shop by their names, to the team; from is Next of the page before.
//
// Errors: Denied; Unavailable.
func (c *Core) Products(ctx context.Context, who Actor, from string, limit int) (ProductPage, error) {
	if err := mayBulk(who); err != nil {
		return ProductPage{}, err
	}
	size := Filter{Limit: limit}.size()
	list, err := c.store.In(ctx).ProductsNamed(who.Account, "", "", from, size+1)
	if err != nil {
		return ProductPage{}, failed("list products", err)
	}
	var page ProductPage
	if len(list) > size {
		list = list[:size]
		page.Next = list[size-1].NameKey
	}
	page.Products = toProducts(list)
	return page, nil
}

// ProductsLike lists products whose names begin so, or that have this code, to the team.
//
// Errors: Denied; Unavailable.
func (c *Core) ProductsLike(ctx context.Context, who Actor, text string, limit int) ([]Product, error) {
	if err := mayBulk(who); err != nil {
		return nil, err
	}
	list, err := c.store.In(ctx).ProductsNamed(who.Account, store.Fold(text), strings.TrimSpace(text), "", limit)
	return toProducts(list), failed("list products", err)
}

// NamedProduct finds the product that somebody means by its id, its whole code, its whole name, or the beginning of it when no
// other begins so.
//
// Errors: NotFound, and Invalid when several begin so, with Field "product"; Denied; Unavailable.
func (c *Core) NamedProduct(ctx context.Context, who Actor, text string) (Product, error) {
	if err := mayBulk(who); err != nil {
		return Product{}, err
	}
	s, text := c.store.In(ctx), strings.TrimSpace(text)
	if p, err := s.Product(who.Account, text); err == nil {
		return toProduct(p), nil
	}
	key := store.Fold(text)
	list, err := s.ProductsNamed(who.Account, key, text, "", 25)
	if err != nil {
		return Product{}, failed("find a product", err)
	}
	for _, p := range list {
		if p.Code == text || p.NameKey == key {
			return toProduct(p), nil
		}
	}
	switch len(list) {
	case 0:
		return Product{}, &Error{Code: NotFound, Key: "bulk.product_not_found", Field: "product"}
	case 1:
		return toProduct(list[0]), nil
	}
	return Product{}, &Error{Code: Invalid, Key: "bulk.products", Args: map[string]any{"count": len(list), "product": list[0].Name}, Field: "product"}
}

// A UserPage is a part of the list of those who have access to a product.
type UserPage struct {
	Purchases []Purchase
	Next      string // where the next page begins; empty on the last
}

// usersLooked is how many purchases one page looks through at most for some that give access.
const usersLooked = 2000

// ProductUsers lists the purchases that give access to a product, to the team; from is Next of the page before. Those of refunded
// purchases, for example, are not in it.
//
// Errors: NotFound; Denied; Unavailable.
func (c *Core) ProductUsers(ctx context.Context, who Actor, f BulkFilter, from string, limit int) (UserPage, error) {
	if err := mayBulk(who); err != nil {
		return UserPage{}, err
	}
	page, err := c.userPage(c.store.In(ctx), who, f, from, Filter{Limit: limit}.size())
	return page, failed("list the users of a product", err)
}

func (c *Core) userPage(s *store.Store, who Actor, f BulkFilter, from string, size int) (UserPage, error) {
	m, err := c.membersOf(s, bulkScope{BulkFilter: f, account: who.Account, now: c.now()})
	if err != nil {
		return UserPage{}, err
	}
	var page UserPage
	var ids []string
	place, more := from, true
	for looked := 0; more && len(ids) < size && looked < usersLooked; {
		list, next, err := m.page(s, place, size)
		if err != nil {
			return UserPage{}, err
		}
		looked, more = looked+len(list), next != ""
		for i, one := range m.judge(list) {
			if one.leftOut == "" && len(ids) < size {
				ids, place = append(ids, list[i].ID), list[i].ProductID+"/"+list[i].ID
			}
		}
		if len(ids) < size {
			place = next
		}
	}
	if more || len(ids) == size {
		if rest, _, err := m.page(s, place, 1); err != nil {
			return UserPage{}, err
		} else if len(rest) > 0 {
			page.Next = place
		}
	}
	found, err := s.PurchasesByID(who.Account, ids)
	if err != nil {
		return UserPage{}, err
	}
	for _, id := range ids {
		if p, ok := found[id]; ok {
			page.Purchases = append(page.Purchases, toPurchase(p))
		}
	}
	return page, nil
}
