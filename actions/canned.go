package actions

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// A CannedReply is an answer that the team keeps ready, in one or more languages.
type CannedReply struct {
	ID    string
	Name  string
	Texts map[string]string // by locale
}

// CannedFields are what may stand in a canned reply between double braces; each becomes a value of the case that is
// answered.
var CannedFields = []string{"buyer.first_name", "buyer.name", "purchase.product", "purchase.code", "case.number", "agent.name", "shop.name"}

// maxCannedName is the longest name, in characters: it stands on a button.
const maxCannedName = 60

var cannedField = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// CannedReplies lists the canned replies of the shop by name, for the team.
//
// Errors: Denied for buyers; Unavailable.
func (c *Core) CannedReplies(ctx context.Context, who Actor) ([]CannedReply, error) {
	if err := mayWorkCases(who); err != nil {
		return nil, err
	}
	rows, err := c.store.In(ctx).CannedReplies(who.Account)
	if err != nil {
		return nil, failed("list canned replies", err)
	}
	all := make([]CannedReply, len(rows))
	for i, r := range rows {
		if all[i], err = toCanned(r); err != nil {
			return nil, failed("read a canned reply", err)
		}
	}
	return all, nil
}

func toCanned(r store.CannedReply) (CannedReply, error) {
	out := CannedReply{ID: r.ID, Name: r.Name}
	if err := json.Unmarshal(r.Texts, &out.Texts); err != nil {
		return out, fmt.Errorf("texts of canned reply %s: %w", r.ID, err)
	}
	return out, nil
}

// A CannedInput is a canned reply in one language.
type CannedInput struct {
	Key    string // idempotency key
	ID     string // empty: a new one
	Name   string // of a new one
	Locale string
	Text   string
}

// SaveCanned keeps a text of a canned reply: a new one, or another language or wording of one that is there.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (name, text, locale); NotFound; Denied for who is not of Deciders; Conflict for a name that is taken;
// Unavailable.
func (c *Core) SaveCanned(ctx context.Context, who Actor, in CannedInput) error {
	// validate
	if !who.Is(Deciders...) {
		return &Error{Code: Denied, Key: "error.role"}
	}
	in.Name = strings.Join(strings.Fields(in.Name), " ")
	if in.ID == "" && (in.Name == "" || utf8.RuneCountInString(in.Name) > maxCannedName) {
		return &Error{Code: Invalid, Key: "canned.name_wrong", Field: "name", Args: map[string]any{"max": maxCannedName}}
	}
	if !slices.Contains(format.Locales(), in.Locale) {
		return &Error{Code: Invalid, Key: "language.unknown", Field: "locale"}
	}
	text, err := CheckCanned(in.Text)
	if err != nil {
		return err
	}
	err = c.changeCanned(ctx, who, in.Key, cmp.Or(in.ID, in.Name), func(tx *store.Store) error {
		now, name := c.now(), in.Name
		if in.ID == "" {
			texts, err := json.Marshal(map[string]string{in.Locale: text})
			if err != nil {
				return err
			}
			fresh, err := tx.AddCannedReply(store.CannedReply{ID: c.newID(), AccountID: who.Account, Name: name, NameKey: store.Fold(name), Texts: texts,
				CreatedAt: now, UpdatedAt: now})
			if err == nil && !fresh {
				err = &Error{Code: Conflict, Key: "canned.name_taken", Field: "name", Args: map[string]any{"name": name}}
			}
			if err != nil {
				return err
			}
		} else {
			row, err := tx.CannedReply(who.Account, in.ID)
			if isNone(err) {
				return noCanned()
			}
			if err != nil {
				return err
			}
			was, err := toCanned(row)
			if err != nil {
				return err
			}
			was.Texts[in.Locale], name, row.UpdatedAt = text, row.Name, now
			if row.Texts, err = json.Marshal(was.Texts); err != nil {
				return err
			}
			if err := tx.UpdateCannedReply(row); err != nil {
				return err
			}
		}
		return c.audit(tx, who, entry{action: "canned.saved", target: name, data: auditData{Request: in.Key, Detail: in.Locale}})
	})
	return failed("keep a canned reply", err)
}

// DeleteCanned drops a canned reply in all languages.
//
// Repeating a Key does nothing.
//
// Errors: NotFound; Denied for who is not of Deciders; Unavailable.
func (c *Core) DeleteCanned(ctx context.Context, who Actor, key, id string) error {
	if !who.Is(Deciders...) {
		return &Error{Code: Denied, Key: "error.role"}
	}
	err := c.changeCanned(ctx, who, key, id, func(tx *store.Store) error {
		row, err := tx.CannedReply(who.Account, id)
		if isNone(err) {
			return noCanned()
		}
		if err != nil {
			return err
		}
		if err := tx.DeleteCannedReply(who.Account, id); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "canned.deleted", target: row.Name, data: auditData{Request: key}})
	})
	return failed("drop a canned reply", err)
}

func noCanned() error { return &Error{Code: NotFound, Key: "canned.gone"} }

// changeCanned runs a change once for a key, by somebody who is still of the team.
func (c *Core) changeCanned(ctx context.Context, who Actor, key, target string, fn func(tx *store.Store) error) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		if _, mine, err := c.claimCase(tx, who, key, target); err != nil || !mine {
			return err
		}
		now, err := c.stillThere(tx, who)
		if err != nil {
			return err
		}
		if !now.Is(Deciders...) {
			return &Error{Code: Denied, Key: "error.role"}
		}
		return fn(tx)
	})
}

// CheckCanned refuses a text with fields that are none.
//
// Errors: Invalid (text).
func CheckCanned(text string) (string, error) {
	text, err := checkCaseText(text)
	if err != nil {
		return "", err
	}
	for _, m := range cannedField.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(CannedFields, m[1]) {
			return "", &Error{Code: Invalid, Key: "canned.no_field", Field: "text", Args: map[string]any{"field": m[1], "fields": CannedFields}}
		}
	}
	return text, nil
}

// CannedFor fills a canned reply with the values of a case, in the buyer's language where the reply has it, else in the
// shop's, else in any.
//
// Errors: NotFound; Denied for buyers; Unavailable.
func (c *Core) CannedFor(ctx context.Context, who Actor, id, caseID string) (string, error) {
	if err := mayWorkCases(who); err != nil {
		return "", err
	}
	s := c.store.In(ctx)
	row, err := s.CannedReply(who.Account, id)
	if isNone(err) {
		return "", noCanned()
	}
	if err != nil {
		return "", failed("load a canned reply", err)
	}
	r, err := toCanned(row)
	if err != nil {
		return "", failed("read a canned reply", err)
	}
	of, err := c.Case(ctx, who, caseID)
	if err != nil {
		return "", err
	}
	account, err := s.Account(who.Account)
	if err != nil {
		return "", failed("load an account", err)
	}
	for _, locale := range append([]string{of.Locale, format.Match(account.Locale)}, slices.Sorted(maps.Keys(r.Texts))...) {
		if text := r.Texts[locale]; text != "" {
			return FillCanned(text, cannedValues(of, who.Name, account.Name)), nil
		}
	}
	return "", noCanned()
}

// PreviewCanned fills a text with the values of a case, as its buyer would read it. Without a case the names of the fields
// stand for their values.
//
// Errors: NotFound; Denied for buyers; Unavailable.
func (c *Core) PreviewCanned(ctx context.Context, who Actor, text, caseID string) (string, error) {
	if err := mayWorkCases(who); err != nil {
		return "", err
	}
	values := map[string]string{}
	for _, name := range CannedFields {
		values[name] = "‹" + name + "›"
	}
	if caseID != "" {
		of, err := c.Case(ctx, who, caseID)
		if err != nil {
			return "", err
		}
		account, err := c.store.In(ctx).Account(who.Account)
		if err != nil {
			return "", failed("load an account", err)
		}
		values = cannedValues(of, who.Name, account.Name)
	}
	return FillCanned(text, values), nil
}

// cannedValues are the values of a case by the names of the fields.
func cannedValues(of Case, agent, shop string) map[string]string {
	first, _, _ := strings.Cut(strings.TrimSpace(of.Buyer.Name), " ")
	return map[string]string{"buyer.first_name": first, "buyer.name": of.Buyer.Name, "purchase.product": of.Purchase.Product.Name,
		"purchase.code": string(of.Transaction), "case.number": fmt.Sprintf("#%d", of.Number), "agent.name": agent, "shop.name": shop}
}

var (
	spaces      = regexp.MustCompile(`[ \t]{2,}`)
	beforePoint = regexp.MustCompile(`[ \t]+([,.;:!?])`)
)

// FillCanned puts values in the place of fields, in one pass: a value that looks like a field stays as it is. Where one is
// missing, so is the space before it: "Hi {{buyer.first_name}}!" is "Hi!".
func FillCanned(text string, values map[string]string) string {
	missing := false
	text = cannedField.ReplaceAllStringFunc(text, func(found string) string {
		v := values[cannedField.FindStringSubmatch(found)[1]]
		missing = missing || v == ""
		return v
	})
	if missing {
		text = beforePoint.ReplaceAllString(spaces.ReplaceAllString(text, " "), "$1")
	}
	return strings.TrimSpace(text)
}
