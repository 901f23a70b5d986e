package hotmart

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// reportStatuses are the words of the report's status column in its three languages, compared by headerKey; the
// platform's own constants are accepted too.
var reportStatuses = keyed(map[actions.Status][]string{
	actions.Started: {"Iniciado", "Iniciada", "Started"},
	actions.WaitingPayment: {"Aguardando pagamento", "Boleto impresso", "Boleto gerado", "Pagamento solicitado", "Pré-venda",
		"Pré-pedido", "Esperando pago", "Esperando el pago", "Pendiente de pago", "Boleto generado",
		"Solicitud de pago generada", "Preventa", "Waiting payment", "Waiting for payment", "Awaiting payment",
		"Printed billet", "Bank slip printed", "Bank slip generated", "Payment requested", "Pre-order", "Pending"},
	actions.Processing: {"Processando", "Processando transação", "Em análise", "Sob análise", "Procesando",
		"Procesando transacción", "En análisis", "Bajo análisis", "Processing", "Processing transaction", "Under analysis",
		"In analysis"},
	actions.Failed: {"Cancelado", "Cancelada", "Recusado", "Recusada", "Bloqueado", "Bloqueada", "Sem saldo",
		"Saldo insuficiente", "Rechazado", "Rechazada", "Sin fondos", "Fondos insuficientes", "Canceled", "Cancelled",
		"Refused", "Declined", "Blocked", "No funds", "Insufficient funds"},
	actions.Expired: {"Expirado", "Expirada", "Caducado", "Caducada", "Expired"},
	actions.Overdue: {"Vencido", "Vencida", "Atrasado", "Atrasada", "Em atraso", "En atraso", "Con retraso", "Overdue",
		"Delayed", "Late", "Past due"},
	actions.Approved: {"Aprovado", "Aprovada", "Aprobado", "Aprobada", "Approved"},
	actions.Complete: {"Completo", "Completa", "Completado", "Completada", "Concluído", "Concluída", "Complete", "Completed"},
	actions.Disputed: {"Reclamado", "Reclamada", "Em disputa", "En disputa", "Claimed", "Disputed", "Protested"},
	actions.PartlyRefunded: {"Parcialmente reembolsado", "Parcialmente reembolsada", "Reembolsado parcialmente",
		"Reembolsada parcialmente", "Reembolso parcial", "Partially refunded", "Partly refunded"},
	actions.Refunded:   {"Reembolsado", "Reembolsada", "Devolvido", "Devolvida", "Refunded"},
	actions.Chargeback: {"Chargeback", "Contracargo", "Charged back"},
})

// reportPayments are the words of the payment column.
var reportPayments = keyed(map[actions.Payment][]string{
	actions.Card: {"Cartão de crédito", "Cartão", "Cartão de débito", "Tarjeta de crédito", "Tarjeta", "Tarjeta de débito",
		"Credit card", "Card", "Debit card"},
	actions.Pix:      {"Pix"},
	actions.Boleto:   {"Boleto", "Boleto bancário", "Boleto parcelado", "Boleto bancario", "Bank slip", "Billet"},
	actions.PayPal:   {"PayPal"},
	actions.Wallet:   {"Google Pay", "Apple Pay", "Samsung Pay", "PicPay", "Saldo Hotmart", "Saldo na Hotmart", "Hotmart balance", "Carteira digital", "Billetera digital", "Wallet"},
	actions.Transfer: {"Transferência bancária", "Transferência", "Transferencia bancaria", "Transferencia", "Bank transfer"},
	actions.DirectDebit: {"Débito direto", "Débito direto SEPA", "Adeudo directo", "Débito directo", "Débito directo SEPA",
		"Direct debit", "SEPA direct debit", "BACS direct debit"},
})

// keyed turns a table of words by meaning into one of meanings by word.
func keyed[T ~string](words map[T][]string) map[string]T {
	all := map[string]T{}
	for meaning, list := range words {
		for _, w := range list {
			all[headerKey(w)] = meaning
		}
	}
	return all
}

func reportStatus(text string) actions.Status {
	if s, ok := reportStatuses[headerKey(text)]; ok {
		return s
	}
	return status(constant(text))
}

func reportPayment(text string) actions.Payment {
	if text == "" {
		return ""
	}
	if p, ok := reportPayments[headerKey(text)]; ok {
		return p
	}
	return paymentOf(payment{Type: word(constant(text))})
}

// constant is how the platform would write a word in its API.
func constant(text string) string {
	return strings.ToUpper(strings.ReplaceAll(headerKey(text), " ", "_"))
}
