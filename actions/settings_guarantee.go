package actions

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// The days that a guarantee may have, as on the commerce platform; in Brazil the law gives no less (art. 49 of Lei 8.078/1990).
const (
	leastGuarantee = 7
	mostGuarantee  = 60
)

// guaranteeKey reads the key of a product's guarantee: "guarantee.4100001", with the platform's code of the product.
func guaranteeKey(key string) (code string, ok bool) {
	code, ok = strings.CutPrefix(key, "guarantee.")
	return code, ok && code != ""
}

// GuaranteeSetting is the key of the setting that is a product's guarantee.
func GuaranteeSetting(product Product) string { return "guarantee." + product.Code }

// guaranteeSetting is a product's guarantee: what is in force, and what the product came with.
func (c *Core) guaranteeSetting(s *store.Store, account, code string) (Setting, error) {
	list, err := s.ProductsByCode(account, []string{code})
	if err != nil {
		return Setting{}, failed("load a product's guarantee", err)
	}
	if len(list) == 0 {
		return Setting{}, &Error{Code: NotFound, Key: "settings.unknown", Field: "setting"}
	}
	p := list[0]
	return Setting{Key: "guarantee." + code, Area: AreaGuarantee, Kind: SettingNumber, Product: p.Name,
		Value: strconv.Itoa(max(p.GuaranteeDays, p.PromisedDays)), File: strconv.Itoa(p.GuaranteeDays)}, nil
}

// nameGuarantee adds the product's name to a change of its guarantee; others stay as they are.
func (c *Core) nameGuarantee(s *store.Store, x SettingChange, account string) (SettingChange, error) {
	code, ok := guaranteeKey(x.Setting.Key)
	if !ok {
		return x, nil
	}
	of, err := c.guaranteeSetting(s, account, code)
	x.Setting.Area, x.Setting.Kind, x.Setting.Product, x.Setting.File = of.Area, of.Kind, of.Product, of.File
	return x, err
}

// wantedGuarantee checks another guarantee of a product. The shop can promise more than the product came with, never less: what
// buyers were told when they bought stays true. For the same reason a promise that is taken back is kept for what was paid by then.
func (c *Core) wantedGuarantee(tx *store.Store, who Actor, code string, in ChangeSettingInput, x wantedChange) (wantedChange, error) {
	s, err := c.guaranteeSetting(tx, who.Account, code)
	if err != nil {
		return x, err
	}
	x.row.Before, x.row.After = s.Value, strings.TrimSpace(in.Value)
	if in.Reset {
		x.row.After = s.File
	}
	days, err := strconv.Atoi(x.row.After)
	came, _ := strconv.Atoi(s.File)
	if err != nil || !in.Reset && (days < max(leastGuarantee, came) || days > mostGuarantee) {
		return x, &Error{Code: Invalid, Key: "settings.wrong.guarantee", Args: map[string]any{"least": max(leastGuarantee, came), "most": mostGuarantee}, Field: "value"}
	}
	x.row.After = strconv.Itoa(days)
	if err := sameSetting(x.row); err != nil {
		return x, err
	}
	if before, _ := strconv.Atoi(s.Value); days > before {
		x.told = true
		x.agreed, err = c.alone(tx, who)
	}
	if !x.agreed {
		x.row.Status = string(SettingOpen)
	}
	return x, err
}

// promiseGuarantee writes a product's guarantee where purchases read it.
func (c *Core) promiseGuarantee(tx *store.Store, row store.SettingChange, code string) error {
	days := 0
	if !row.Reset {
		var err error
		if days, err = strconv.Atoi(row.After); err != nil {
			return err
		}
	}
	list, err := tx.ProductsByCode(row.AccountID, []string{code})
	if err != nil || len(list) == 0 {
		return cmp.Or(err, store.ErrNotFound)
	}
	kept := list[0].KeptPromises
	if days < list[0].PromisedDays {
		if kept, err = takeBack(list[0], c.now()); err != nil {
			return err
		}
	}
	return tx.PromiseGuarantee(row.AccountID, code, days, kept)
}
