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

	"github.com/aftersale/aftersale/actions"
)

// The list of products is a format of ours, for what no webhook and no report tells: where the access to a product is.
// It is a CSV with this header; all columns but the code may be empty, which changes nothing:
//
//	code,name,kind,access_url,guarantee_days,support_email
//	5200001,Pão de Fermentação Natural,course,https://cozinha.example/pao,15,
var productColumns = []string{"code", "name", "kind", "access_url", "guarantee_days", "support_email"}

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
func readProducts(t *table, at func() int64) iter.Seq[actions.ImportItem] {
	return func(yield func(actions.ImportItem) bool) {
		header, _, err := t.row()
		for i := range header {
			header[i] = strings.TrimSpace(header[i])
		}
		if err == nil && !slices.Equal(header, productColumns) {
			err = fmt.Errorf("the columns of a list of products are %s", strings.Join(productColumns, ","))
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
				item.Event, item.Err = listed(fields)
			}
			var reading *actions.ReadingError
			if !yield(item) || errors.As(err, &reading) {
				return
			}
		}
	}
}

// listed reads one row of the list.
func listed(fields []string) (actions.SaleEvent, error) {
	if len(fields) != len(productColumns) {
		return actions.SaleEvent{}, fmt.Errorf("row has %d of %d columns", len(fields), len(productColumns))
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
	if len(wrong) > 0 {
		text := make([]string, len(wrong))
		for i, w := range wrong {
			text[i] = w.Error()
		}
		return actions.SaleEvent{}, errors.New(strings.Join(text, "; "))
	}
	return actions.SaleEvent{Source: "products", ID: p.Code, Kind: "product", Product: p}, nil
}
