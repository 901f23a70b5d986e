package hotmart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// The list of products is a format of ours, for what no webhook and no report tells: where the access to a product is, and
// when and where an event takes place. It is a CSV with this header, of which the last four may be left out together; all
// columns but the code may be empty, which changes nothing:
//
//	code,name,kind,access_url,guarantee_days,support_email,starts_at,ends_at,timezone,place
//	5200001,Pão de Fermentação Natural,course,https://cozinha.example/pao,15,,,,,
//	5200003,Jantar na Cozinha,event,,7,,2026-12-05 19:30,2026-12-05 23:00,America/Sao_Paulo,"Rua do Pão, 12, São Paulo"
var (
	productColumns = []string{"code", "name", "kind", "access_url", "guarantee_days", "support_email"}
	eventColumns   = []string{"starts_at", "ends_at", "timezone", "place"}
)

// isProducts tells the list by its header.
func isProducts(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.HasPrefix(line, []byte("code")) && bytes.Contains(line, []byte("access_url"))
}

func productsDelimiter(head []byte) byte {
	if bytes.HasPrefix(head, []byte("code;")) {
		return ';'
	}
	return ','
}

// readProducts reads the list.
func readProducts(t *table, zone *time.Location, at func() int64) iter.Seq[actions.ImportItem] {
	return func(yield func(actions.ImportItem) bool) {
		header, _, err := t.row()
		for i := range header {
			header[i] = strings.TrimSpace(header[i])
		}
		all := slices.Concat(productColumns, eventColumns)
		if err == nil && !slices.Equal(header, productColumns) && !slices.Equal(header, all) {
			err = fmt.Errorf("the columns of a list of products are %s, and %s for events", strings.Join(productColumns, ","), strings.Join(eventColumns, ","))
		}
		if err != nil {
			yield(actions.ImportItem{Line: 1, Read: at(), Err: err})
			return
		}
		for {
			fields, line, err := t.row()
			if errors.Is(err, io.EOF) {
				return
			}
			item := actions.ImportItem{Line: line, Read: at(), Err: err}
			if err == nil {
				item.Event, item.Err = listed(fields, len(header), zone)
			}
			var reading *actions.ReadingError
			if !yield(item) || errors.As(err, &reading) {
				return
			}
		}
	}
}

// takesPlace reads when and where an event is: times are of the clocks there.
func takesPlace(fields []string, zone *time.Location) (actions.Event, []error) {
	e := actions.Event{Timezone: fields[2], Place: fields[3]}
	var wrong []error
	if e.Timezone != "" {
		there, err := time.LoadLocation(e.Timezone)
		if err != nil || e.Timezone == "Local" {
			return e, []error{fmt.Errorf("timezone: %.40q is none, such as America/Sao_Paulo", e.Timezone)}
		}
		zone = there
	}
	read := func(column, text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", strings.Replace(text, "T", " ", 1), zone)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: no time such as 2026-12-05 19:30", column))
		}
		return at.UTC()
	}
	e.Starts, e.Ends = read("starts_at", fields[0]), read("ends_at", fields[1])
	if len(wrong) == 0 && !e.Ends.IsZero() && !e.Starts.IsZero() && !e.Ends.After(e.Starts) {
		wrong = append(wrong, errors.New("ends_at: must come after starts_at"))
	}
	return e, wrong
}

// listed reads one row of the list.
func listed(fields []string, columns int, zone *time.Location) (actions.SaleEvent, error) {
	if len(fields) != columns {
		return actions.SaleEvent{}, fmt.Errorf("row has %d of %d columns", len(fields), columns)
	}
	for i := range fields {
		fields[i] = clean(fields[i], 300)
	}
	p := &actions.Listed{Code: fields[0], Name: fields[1], Kind: strings.ToLower(fields[2]), AccessURL: fields[3], SupportEmail: fields[5]}
	var wrong []error
	if p.Code == "" {
		wrong = append(wrong, errors.New("code: missing"))
	}
	if p.Kind != "" && !slices.Contains(actions.ProductKinds, p.Kind) {
		wrong = append(wrong, fmt.Errorf("kind: %.20q is none of %s", p.Kind, strings.Join(actions.ProductKinds, ", ")))
	}
	if u, err := url.Parse(p.AccessURL); p.AccessURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		wrong = append(wrong, errors.New("access_url: no address of a web page"))
	}
	if fields[4] != "" {
		n, err := strconv.Atoi(fields[4])
		if err != nil || n < 7 || n > 60 {
			wrong = append(wrong, errors.New("guarantee_days: a whole number from 7 to 60"))
		}
		p.GuaranteeDays = n
	}
	if p.SupportEmail != "" {
		if _, err := actions.ParseEmail(p.SupportEmail); err != nil {
			wrong = append(wrong, errors.New("support_email: no address"))
		}
	}
	if columns > len(productColumns) {
		var problems []error
		p.Event, problems = takesPlace(fields[len(productColumns):], zone)
		wrong = append(wrong, problems...)
	}
	if len(wrong) > 0 {
		text := make([]string, len(wrong))
		for i, w := range wrong {
			text[i] = w.Error()
		}
		return actions.SaleEvent{}, errors.New(strings.Join(text, "; "))
	}
	return actions.SaleEvent{Source: "products", ID: p.Code, Kind: "product", Product: p}, nil
}
