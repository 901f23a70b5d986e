package actions

import (
	"context"
	"strconv"
	"strings"
)

// KindChargeDay is the action of requests that have a subscription charged on another day of the month.
const KindChargeDay = "chargeday"

// lastDay is the highest day of a month; in shorter months the last day counts.
const lastDay = 31

// A ChargeDayInput says on which day of the month a subscription is charged from its charge after the next on.
type ChargeDayInput struct {
	Key         string      // idempotency key
	Transaction Transaction // of one of its charges: SubscriptionCase.Newest
	Day         int         // 1 to 31
	ReplyTo     string      // identity that is told what came of it; may be empty
}

// ParseChargeDay reads a day of the month.
//
// Errors: Invalid.
func ParseChargeDay(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 || n > lastDay {
		return 0, &Error{Code: Invalid, Key: "chargeday.invalid", Args: map[string]any{"max": lastDay}, Field: "day"}
	}
	return n, nil
}

// ChargeDayVerdict says what ChangeChargeDay would do now, without doing it, about a subscription as it was just read.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) ChargeDayVerdict(ctx context.Context, who Actor, s SubscriptionCase) (Verdict, error) {
	facts, err := c.judged(ctx, who, s, OpChangeChargeDay)
	return mayChangeChargeDay(facts), err
}

// ChangeChargeDay has a subscription charged on another day of the month: a buyer his own, the team everybody's. The charge
// that is scheduled stays where it is. No money moves, so a buyer who is known needs no code.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: Invalid (day); NotFound; Conflict with the verdict that blocks it; Denied for jobs; Unavailable.
func (c *Core) ChangeChargeDay(ctx context.Context, who Actor, in ChargeDayInput) (Result, error) {
	if _, err := ParseChargeDay(strconv.Itoa(in.Day)); err != nil {
		return Result{}, err
	}
	act := subscriptionAct{key: in.Key, kind: KindChargeDay, transaction: in.Transaction, replyTo: in.ReplyTo,
		order: Order{Op: OpChangeChargeDay, ChargeDay: in.Day}, may: mayChangeChargeDay}
	result, err := c.actOnSubscription(ctx, who, act)
	return result, failed("change a charge day", err)
}
