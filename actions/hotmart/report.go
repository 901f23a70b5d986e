package hotmart

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A report is a sales report (CSV) whose header has been read.
type report struct {
	table  *table
	layout layout
	month  bool // dates begin with the month
	zone   *time.Location
}

// openReport reads the header. head is the beginning of the file, which tells the delimiter and the order of dates.
func openReport(in *bufio.Reader, head []byte, zone *time.Location) (*report, error) {
	r := &report{table: &table{in: in}, zone: zone}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if bytes.HasPrefix(bytes.ToLower(first), []byte("sep=")) { // as Excel marks its delimiter
		if _, err := r.table.next(); err != nil {
			return nil, err
		}
		_, head, _ = bytes.Cut(head, []byte("\n"))
		first, _, _ = bytes.Cut(head, []byte("\n"))
	}
	r.table.delim = delimiter(first)
	header, _, err := r.table.row()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	found := 0
	if r.layout, found = layoutOf(header); found < 3 {
		return nil, errors.New("neither webhook payloads (JSON) nor a sales report: the first line has no columns of one")
	}
	if err := r.layout.missing(); err != nil {
		return nil, fmt.Errorf("sales report: %w", err)
	}
	r.month = monthLeads(r.sampleDates(head), r.layout.language)
	if rest, _ := in.Peek(1); len(rest) == 0 {
		return nil, errors.New("sales report: only the header, no rows")
	}
	return r, nil
}

// delimiter is the one that parts most known columns of the header line.
func delimiter(line []byte) byte {
	best, most := byte(';'), 0
	for _, d := range []byte(";,\t") {
		t := &table{}
		text, err := t.decode(bytes.TrimRight(line, "\r"))
		if err != nil {
			continue
		}
		fields, err := splitRow(text, d)
		if err != nil {
			continue
		}
		if _, found := layoutOf(fields); found > most {
			best, most = d, found
		}
	}
	return best
}

// sampleDates collects dates from the file's beginning, without reading on.
func (r *report) sampleDates(head []byte) []string {
	t := &table{in: bufio.NewReader(bytes.NewReader(head)), delim: r.table.delim}
	var dates []string
	for {
		fields, _, err := t.row()
		if errors.Is(err, io.EOF) {
			return dates
		}
		for _, c := range []column{colOrdered, colConfirmed} {
			if i, ok := r.layout.at[c]; ok && i < len(fields) {
				dates = append(dates, fields[i])
			}
		}
	}
}

// describe says what was found, for the operator.
func (r *report) describe() string {
	parted := string(r.table.delim)
	if parted == "\t" {
		parted = "tabs"
	}
	text := fmt.Sprintf("sales report, columns in %s, parted by %s", r.layout.language, parted)
	if r.table.encoding == "Windows-1252" {
		text += ", Windows-1252 (Latin-1) read as such"
	}
	return text
}

// items reads the rows.
func (r *report) items(at func() int64) iter.Seq[actions.ImportItem] {
	return func(yield func(actions.ImportItem) bool) {
		for {
			fields, line, err := r.table.row()
			if errors.Is(err, io.EOF) {
				return
			}
			item := actions.ImportItem{Line: line, Read: at(), Err: err}
			if err == nil {
				item.Event, item.Err = r.event(fields)
			}
			var reading *actions.ReadingError
			if !yield(item) || errors.As(err, &reading) {
				return
			}
		}
	}
}

// event reads one row. All that is wrong with it is said at once.
func (r *report) event(fields []string) (actions.SaleEvent, error) {
	for len(fields) > r.layout.width && strings.TrimSpace(fields[len(fields)-1]) == "" {
		fields = fields[:len(fields)-1]
	}
	if len(fields) != r.layout.width {
		return actions.SaleEvent{}, fmt.Errorf("row has %d of %d columns", len(fields), r.layout.width)
	}
	w := row{report: r, fields: fields}
	s := w.sale()
	sub := w.subscribed(s)
	if len(w.wrong) > 0 {
		return actions.SaleEvent{}, errors.New(strings.Join(w.wrong, "; "))
	}

	whole, err := json.Marshal([]any{s, sub})
	if err != nil {
		return actions.SaleEvent{}, err
	}
	sum := sha256.Sum256(whole)
	// The transaction comes first, so that ids lie together in the database as they do in the report.
	id := string(s.Transaction) + "-" + hex.EncodeToString(sum[:8])
	e := actions.SaleEvent{Source: Report, ID: id, Kind: "row", Sale: s, Subscription: sub}
	e.Payload, err = json.Marshal(map[string]string{
		"transaction": string(s.Transaction), "status": string(s.Status), "raw_status": s.RawStatus,
	})
	return e, err
}

// A row is one row being read; what is wrong with it is collected.
type row struct {
	*report
	fields []string
	wrong  []string
}

func (w *row) sale() *actions.Sale {
	s := &actions.Sale{
		RawStatus: w.text(colStatus), Payment: reportPayment(w.text(colPayment)), OfferCode: w.text(colOffer),
		HasAffiliate: w.text(colAffiliate) != "", Quantity: w.number(colQuantity),
		Installments: w.number(colInstallments), Recurrence: w.number(colRecurrence),
		Product:   actions.SoldProduct{Code: w.text(colProductCode), Name: w.text(colProduct)},
		Buyer:     actions.SoldTo{Name: w.text(colName)},
		OrderedAt: w.date(colOrdered, true), ApprovedAt: w.date(colConfirmed, false),
	}
	s.Status = reportStatus(s.RawStatus)
	var err error
	if s.Transaction, err = actions.ParseTransaction(w.text(colTransaction)); err != nil {
		w.fault(colTransaction, "missing or no transaction code")
	}
	if s.Buyer.Email, err = actions.ParseEmail(w.text(colEmail)); err != nil {
		w.fault(colEmail, "missing or no address")
	}
	if s.Parent, err = actions.ParseTransaction(w.text(colParent)); err != nil || s.Parent == s.Transaction {
		s.Parent = ""
	}
	if s.Product.Code == "" {
		w.fault(colProductCode, "missing")
	}
	if s.RawStatus == "" {
		w.fault(colStatus, "missing")
	}
	s.Price = w.price()
	return s
}

// subscribed is the subscription that a row belongs to: a report says nothing of its state.
func (w *row) subscribed(s *actions.Sale) *actions.Subscribed {
	code := strings.ToUpper(w.text(colSubscriber))
	if code == "" {
		if s.Recurrence == 1 {
			s.Recurrence = 0 // the first and only charge of a single purchase
		}
		return nil
	}
	s.Product.Kind = "membership"
	return &actions.Subscribed{Code: code, Product: s.Product, Buyer: s.Buyer}
}

// price reads the price in the currency that stands with it. The older report has several columns "Moeda" and does
// not say which one is the price's: when they disagree, the price is not guessed.
func (w *row) price() actions.Money {
	currency := ""
	for _, i := range w.layout.currencies {
		c := strings.ToUpper(strings.TrimSpace(w.fields[i]))
		if currency != "" && c != "" && c != currency {
			w.fault(colCurrency, fmt.Sprintf("both %.3s and %.3s; the detailed model of the report tells them apart", currency, c))
			return actions.Money{}
		}
		if c != "" {
			currency = c
		}
	}
	m, err := amount(w.text(colPrice), currency, w.layout.language)
	if err != nil {
		w.fault(colPrice, err.Error())
	}
	return m
}

func (w *row) date(c column, required bool) time.Time {
	text := w.text(c)
	if text == "" {
		if required {
			w.fault(c, "missing")
		}
		return time.Time{}
	}
	t, err := date(text, w.month, w.zone)
	if err != nil {
		w.fault(c, err.Error())
	}
	return t
}

// number reads a count; what is none is 0, for no decision rests on it.
func (w *row) number(c column) int {
	n, err := strconv.Atoi(w.text(c))
	if err != nil || n < 0 || n > 1_000_000 {
		return 0
	}
	return n
}

// text is the value of a column; the report's ways to write "nothing" are empty.
func (w *row) text(c column) string {
	i, ok := w.layout.at[c]
	if !ok {
		return ""
	}
	s := clean(w.fields[i], 300)
	switch strings.ToLower(s) {
	case "(none)", "-", "n/a", "null":
		return ""
	}
	return s
}

func (w *row) fault(c column, what string) { w.wrong = append(w.wrong, string(c)+": "+what) }
