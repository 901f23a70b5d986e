package actions

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"github.com/aftersale/aftersale/store"
)

// How often a code may be wrong before no code is taken any more, and for how long.
const (
	FactorTries  = 5
	factorWindow = 15 * time.Minute
)

// A FactorNeed says whether a code of an authenticator app is wanted before an act.
type FactorNeed struct {
	Wanted bool
	Set    bool // he has one; else he has to set one up first
}

// FactorFor says whether whoever asks needs a code to approve a proposal, or to change the team when proposal is empty.
//
// Errors: NotFound; Unavailable.
func (c *Core) FactorFor(ctx context.Context, who Actor, proposal string) (FactorNeed, error) {
	s := c.store.In(ctx)
	row, err := s.SecondFactorOf(who.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return FactorNeed{}, failed("find an authenticator app", err)
	}
	need := FactorNeed{Set: row.Since != nil}
	policy, err := c.policyFor(s, who)
	if err != nil {
		return FactorNeed{}, failed("read the policy", err)
	}
	need.Wanted = need.Set || policy.SecondFactor.Required
	if proposal != "" && need.Wanted {
		p, err := s.Proposal(who.Account, proposal)
		if errors.Is(err, store.ErrNotFound) {
			return FactorNeed{}, noProposal()
		}
		if err != nil {
			return FactorNeed{}, failed("load a proposal", err)
		}
		o, err := parseOrder(p.Payload)
		if err != nil {
			return FactorNeed{}, failed("load a proposal", err)
		}
		need.Wanted = policy.SecondFactor.concerns(p, o.Order.Given.Minor)
	}
	return need, nil
}

// concerns reports whether approving a proposal takes a code: a refund above the amount, together with what was given back
// before, and whatever is not about money alone.
func (p SecondFactorPolicy) concerns(row store.Proposal, given int64) bool {
	return row.Kind != KindRefund && row.Kind != KindClaim || row.Amount+given > int64(p.Above)
}

// stepUp takes the code that changing the team wants. The operator is asked for none.
//
// Errors: Invalid with Field "factor"; Denied for who has no authenticator app and needs one, and after FactorTries.
func (c *Core) stepUp(tx *store.Store, who Actor, code string) error {
	if who.Role == System {
		return nil
	}
	row, err := tx.LockSecondFactor(who.ID)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && row.Since == nil:
		policy, err := c.policyFor(tx, who)
		if err != nil {
			return err
		}
		if policy.SecondFactor.Required {
			return &Error{Code: Denied, Key: "factor.missing", Hint: "factor.missing.hint"}
		}
		return nil
	case err != nil:
		return err
	}
	_, err = c.tryFactor(tx, who, row, code)
	return err
}

// stepUpToApprove takes the code that an approval wants, once the approval itself may be: nobody gives a code for what is
// refused then.
func (c *Core) stepUpToApprove(tx *store.Store, who Actor, in DecideInput) error {
	need, err := c.FactorFor(tx.Context(), who, in.Proposal)
	if err != nil || !need.Wanted {
		return err
	}
	if _, err := tx.Request(in.Key); !errors.Is(err, store.ErrNotFound) {
		return err // repeated: the code was taken
	}
	row, err := tx.LockProposal(who.Account, in.Proposal)
	if err != nil {
		return err
	}
	if err := c.mayDecide(tx, who, row); err != nil {
		return err
	}
	return c.stepUp(tx, who, in.Factor)
}

// tryFactor takes one code of an authenticator app in force, or a recovery code, and counts the wrong ones. It returns the
// app as it is then, written down.
func (c *Core) tryFactor(tx *store.Store, who Actor, row store.SecondFactor, code string) (store.SecondFactor, error) {
	now := c.now()
	if row.LockedTill != nil && now.Before(*row.LockedTill) {
		return row, factorLocked(*row.LockedTill)
	}
	if strings.TrimSpace(code) == "" {
		return row, &Error{Code: Invalid, Key: "factor.empty", Field: "factor"}
	}
	right, err := c.rightFactor(tx, who, &row, code)
	if err != nil {
		return row, err
	}
	if right {
		row.Tries, row.TriesSince, row.LockedTill = 0, nil, nil
		return row, tx.SaveSecondFactor(row)
	}
	if row.TriesSince == nil || now.Sub(*row.TriesSince) >= factorWindow {
		row.Tries, row.TriesSince = 0, &now
	}
	row.Tries++
	wrong := &Error{Code: Invalid, Key: "factor.wrong", Args: map[string]any{"left": FactorTries - row.Tries}, Field: "factor", Kept: true}
	if row.Tries >= FactorTries {
		till := now.Add(factorWindow)
		wrong = factorLocked(till)
		wrong.Kept = true
		row.Tries, row.TriesSince, row.LockedTill = 0, nil, &till
		if err := c.audit(tx, who, entry{action: "factor.locked", target: who.ID, data: auditData{Count: FactorTries}}); err != nil {
			return row, err
		}
	}
	if err := tx.SaveSecondFactor(row); err != nil {
		return row, err
	}
	return row, wrong
}

func factorLocked(till time.Time) *Error {
	return &Error{Code: Denied, Key: "factor.locked", Hint: "factor.locked.hint", Args: map[string]any{"until": till.UTC()}}
}

// rightFactor reports whether a code is right, and uses it up.
func (c *Core) rightFactor(tx *store.Store, who Actor, row *store.SecondFactor, code string) (bool, error) {
	key, err := c.vault.Open(sealedFactor, row.PersonID, row.Secret)
	if err != nil {
		return false, err
	}
	if step, ok := factorStep(key, code, c.now(), row.LastStep); ok {
		row.LastStep = step
		return true, nil
	}
	spare := parseRecovery(code)
	if spare == "" {
		return false, nil
	}
	used, err := tx.UseRecoveryCode(row.PersonID, c.vault.Hashes("recovery", row.PersonID, spare), c.now())
	if err != nil || !used {
		return false, err
	}
	left, err := tx.RecoveryCodesLeft(row.PersonID)
	if err != nil {
		return false, err
	}
	return true, c.audit(tx, who, entry{action: "factor.recovered", target: row.PersonID, data: auditData{Count: left}})
}

// factorStep finds the time step whose code this is: the current one, or one to either side for clocks that differ (RFC
// 6238, 5.2), but none up to last, since each code is good once.
func factorStep(key []byte, code string, now time.Time, last int64) (int64, bool) {
	code = ParseCode(code)
	if code == "" || len(key) == 0 {
		return 0, false
	}
	current := now.Unix() / factorSeconds
	found, ok := int64(0), false
	for step := current - 1; step <= current+1; step++ {
		want, err := hotp.GenerateCode(base32Key(key), uint64(step)) // #nosec G115 -- the clock stands after 1970
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			found, ok = step, true
		}
	}
	return found, ok
}

// ParseFactor takes what people type in place of a code: six digits, or a recovery code; empty when it can be neither.
func ParseFactor(text string) string {
	if code := ParseCode(text); code != "" && parseRecovery(text) == "" {
		return code
	}
	return parseRecovery(text)
}

// parseRecovery reads a recovery code, whatever stands between its letters.
func parseRecovery(text string) string {
	code := strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(strings.TrimSpace(text)))
	if len(code) != recoveryLetters || strings.Trim(code, letters) != "" {
		return ""
	}
	return code
}
