package hotmart

import "github.com/aftersale/aftersale/actions"

// A Guide knows Hotmart's panel, in which people do what its API cannot: hotmart.md 4.1 (access), 4.3 (refunds and claims), 4.5
// (e-mail), 4.7 (reactivation), 4.8 (check-in); help centre and API reference, read November 2026. The menus' names are known in
// English alone. What is done nowhere else than by the API, such as to cancel a subscription, has no steps.
type Guide struct{}

// panelNames says that the menus are called so in English.
const panelNames = "steps.hotmart.names"

var panels = map[actions.Operation]actions.Panel{
	actions.OpChangeEmail: {Note: panelNames, Steps: []string{
		"steps.hotmart.change_email.1", "steps.hotmart.change_email.2", "steps.hotmart.change_email.3", "steps.hotmart.change_email.4",
		"steps.hotmart.change_email.5"}},
	actions.OpRefund: {Note: panelNames, Steps: []string{
		"steps.hotmart.refund.1", "steps.hotmart.refund.2"}},
	actions.OpApproveClaim: {Note: panelNames, Steps: []string{
		"steps.hotmart.approve_claim.1", "steps.hotmart.approve_claim.2"}},
	actions.OpResend: {Note: panelNames, Steps: []string{
		"steps.hotmart.resend.1", "steps.hotmart.resend.2", "steps.hotmart.resend.3"}},
	actions.OpCheckIn: {Note: panelNames, Steps: []string{
		"steps.hotmart.checkin.1", "steps.hotmart.checkin.2", "steps.hotmart.checkin.3"}},
	actions.OpReactivate: {Note: panelNames, Steps: []string{
		"steps.hotmart.reactivate.1", "steps.hotmart.reactivate.2"}},
}

// Panel implements actions.Guide.
func (Guide) Panel(op actions.Operation) actions.Panel { return panels[op] }
