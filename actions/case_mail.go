package actions

import (
	"strings"

	"github.com/aftersale/aftersale/store"
)

// The mails of cases: for buyers who have no chat, or cannot be reached there.
const (
	mailCaseOpened = "case_opened"
	mailCaseReply  = "case_reply"
	mailCaseClosed = "case_closed"
)

// tellCaseByMail writes a buyer about his case, once for each key. Of its opening only those are told who did not see it in a chat.
func (c *Core) tellCaseByMail(tx *store.Store, account store.Account, row store.Case, key, template, text string) error {
	if row.BuyerID == "" || template == mailCaseOpened && row.IdentityID != "" {
		return nil
	}
	b, err := tx.Buyer(row.BuyerID)
	if err != nil {
		return err
	}
	v, err := c.caseValues(tx, row)
	if err != nil {
		return err
	}
	v.Reason = text
	if template == mailCaseReply {
		_, v.Reply, _ = strings.Cut(key, ":")
	}
	return c.write(tx, account, letter{key: key, template: template, to: Email(b.Email),
		buyer: Buyer{ID: b.ID, Name: b.Name, Email: Email(b.Email), Locale: b.Locale}, values: v})
}

// caseValues are the facts that mails about a case speak of.
func (c *Core) caseValues(tx *store.Store, row store.Case) (MailValues, error) {
	v := MailValues{}
	if row.PurchaseID != "" {
		all, err := tx.PurchasesByID(row.AccountID, []string{row.PurchaseID})
		if err != nil {
			return v, err
		}
		if full, ok := all[row.PurchaseID]; ok {
			p := toPurchase(full)
			v = MailValues{Product: p.Product.Name, Transaction: string(p.Transaction), SupportEmail: p.Product.SupportEmail}
		}
	}
	v.Case = caseTarget(row)
	v.Until = value(row.PromisedAt)
	return v, nil
}

// unreachedCase has what a buyer could not be told in his chat go by mail. It reports whether a mail brings it.
func (c *Core) unreachedCase(tx *store.Store, account, kind, id string) (Purchase, bool, error) {
	var row store.Case
	var err error
	template, text, key := mailCaseClosed, "", ""
	if kind == "caseanswer" {
		m, err := tx.CaseMessage(account, id)
		if err != nil {
			return Purchase{}, false, err
		}
		if text, err = c.caseText(m); err != nil {
			return Purchase{}, false, err
		}
		template, id, key = mailCaseReply, m.CaseID, subjectOfAnswer(m.ID)
	}
	if row, err = tx.Case(account, id); err != nil || row.BuyerID == "" {
		return Purchase{}, false, err
	}
	shop, err := tx.Account(account)
	if err != nil {
		return Purchase{}, false, err
	}
	all, err := c.toCases(tx, []store.Case{row})
	if err != nil {
		return Purchase{}, false, err
	}
	if key == "" {
		key = subjectOfClosing(row)
	}
	return all[0].Purchase, true, c.tellCaseByMail(tx, shop, row, key, template, text)
}
