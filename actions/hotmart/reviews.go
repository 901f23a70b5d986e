package hotmart

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// Columns of a list of reviews, beside those of a sales report. No export of reviews by the platform is known to us, so
// the list is a format of ours with the names that such lists have in three languages.
const (
	colReview  column = "review id"
	colScore   column = "score"
	colComment column = "comment"
	colDate    column = "date"
)

// reviewHeaders are the names under which a column is known, in any language, compared by headerKey.
var reviewHeaders = map[column][]string{
	colReview:      {"Código da avaliação", "ID da avaliação", "Código de la evaluación", "ID de la evaluación", "ID de la reseña", "Review ID", "Review code", "ID"},
	colProductCode: {"Código do produto", "ID do produto", "Código del producto", "ID del producto", "Product code", "Product ID"},
	colProduct:     {"Produto", "Nome do produto", "Producto", "Nombre del producto", "Product", "Product name"},
	colScore:       {"Nota", "Avaliação", "Estrelas", "Puntuación", "Calificación", "Evaluación", "Estrellas", "Score", "Rating", "Stars"},
	colComment:     {"Comentário", "Depoimento", "Comentario", "Reseña", "Comment", "Review", "Text"},
	colDate:        {"Data", "Data da avaliação", "Fecha", "Fecha de la evaluación", "Fecha de la reseña", "Date", "Review date"},
	colEmail: {"Email do(a) comprador(a)", "Email do(a) aluno(a)", "Email", "Email del(la) comprador(a)", "Correo electrónico", "Correo", "Buyer email",
		"Buyer's email", "Email address"},
}

// englishReviews are the names that only English lists have: their dates may begin with the month.
var englishReviews = []string{"date", "review date"}

// A reviewLayout says where the columns of a list of reviews are.
type reviewLayout struct {
	at    map[column]int
	width int
	lang  language
}

func reviewLayoutOf(header []string) reviewLayout {
	l := reviewLayout{at: map[column]int{}, width: len(header), lang: portuguese}
	for i, h := range header {
		key := headerKey(h)
		for col, names := range reviewHeaders {
			if _, found := l.at[col]; !found && slices.ContainsFunc(names, func(name string) bool { return headerKey(name) == key }) {
				l.at[col] = i
			}
		}
		if slices.Contains(englishReviews, key) {
			l.lang = english
		}
	}
	return l
}

// isReviews tells a list of reviews by its header: it has scores and dates of products, and no transactions.
func (l reviewLayout) isReviews() bool {
	_, score := l.at[colScore]
	_, date := l.at[colDate]
	_, name := l.at[colProduct]
	_, code := l.at[colProductCode]
	return score && date && (name || code)
}

// openReviews returns the reviews of a file, or ok false when it is something else.
func openReviews(in *bufio.Reader, head []byte, zone *time.Location, at func() int64) (items iter.Seq[actions.ReviewItem], ok bool) {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	for _, delim := range []byte(";,\t") {
		text, err := (&table{}).decode(bytes.TrimRight(first, "\r"))
		if err != nil {
			continue
		}
		header, err := splitRow(text, delim)
		if err != nil {
			continue
		}
		if _, found := layoutOf(header); found >= len(required) { // a sales report with a column more
			continue
		}
		l := reviewLayoutOf(header)
		if !l.isReviews() {
			continue
		}
		return readReviews(&table{in: in, delim: delim}, l, monthLeads(l.sampleDates(head, delim), l.lang), zone, at), true
	}
	return nil, false
}

// sampleDates collects dates from the file's beginning, without reading on.
func (l reviewLayout) sampleDates(head []byte, delim byte) []string {
	t := &table{in: bufio.NewReader(bytes.NewReader(head)), delim: delim}
	var dates []string
	for {
		fields, _, err := t.row()
		if errors.Is(err, io.EOF) || len(dates) > 1000 {
			return dates
		}
		if i := l.at[colDate]; err == nil && i < len(fields) && t.line > 1 {
			dates = append(dates, fields[i])
		}
	}
}

func readReviews(t *table, l reviewLayout, month bool, zone *time.Location, at func() int64) iter.Seq[actions.ReviewItem] {
	return func(yield func(actions.ReviewItem) bool) {
		if _, _, err := t.row(); err != nil {
			yield(actions.ReviewItem{Line: 1, Read: at(), Err: err})
			return
		}
		for {
			fields, line, err := t.row()
			if errors.Is(err, io.EOF) {
				return
			}
			item := actions.ReviewItem{Line: line, Read: at(), Err: err}
			if err == nil {
				item.Review, item.Err = l.review(fields, month, zone)
			}
			var reading *actions.ReadingError
			if !yield(item) || errors.As(err, &reading) {
				return
			}
		}
	}
}

// maxReview is how much of a review's words is kept, in characters: as much as buyers can say here.
const maxReview = 500

// review reads one row. All that is wrong with it is said at once, and nothing of what somebody wrote.
func (l reviewLayout) review(fields []string, month bool, zone *time.Location) (actions.Review, error) {
	for len(fields) > l.width && strings.TrimSpace(fields[len(fields)-1]) == "" {
		fields = fields[:len(fields)-1]
	}
	if len(fields) != l.width {
		return actions.Review{}, fmt.Errorf("row has %d of %d columns", len(fields), l.width)
	}
	text := func(c column, limit int) string {
		i, ok := l.at[c]
		if !ok {
			return ""
		}
		return clean(fields[i], limit)
	}
	r := actions.Review{ID: text(colReview, 100), Product: text(colProductCode, 300), Comment: text(colComment, maxReview)}
	if r.Product == "" {
		r.Product = text(colProduct, 300)
	}
	var wrong []string
	if r.Product == "" {
		wrong = append(wrong, string(colProduct)+": missing")
	}
	var err error
	if r.Score, err = stars(text(colScore, 20)); err != nil {
		wrong = append(wrong, string(colScore)+": "+err.Error())
	}
	if r.At, err = date(text(colDate, 40), month, zone); err != nil {
		wrong = append(wrong, string(colDate)+": "+err.Error())
	}
	if address := text(colEmail, 300); address != "" {
		if r.Email, err = actions.ParseEmail(address); err != nil {
			wrong = append(wrong, string(colEmail)+": no address")
		}
	}
	if len(wrong) > 0 {
		return actions.Review{}, errors.New(strings.Join(wrong, "; "))
	}
	if r.ID == "" { // a list without ids: the same words of the same day are the same review
		sum := sha256.Sum256([]byte(strings.Join([]string{r.Product, string(r.Email.Key()), r.At.Format(time.RFC3339), strconv.Itoa(r.Score), r.Comment}, "\n")))
		r.ID = "row-" + hex.EncodeToString(sum[:12])
	}
	return r, nil
}

// stars reads "4", "4.0", "4,0", "4/5", "★★★★".
func stars(text string) (int, error) {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "/")
	if n := strings.Count(text, "★"); n > 0 {
		text = strconv.Itoa(n)
	}
	f, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(text), ",", ".", 1), 64)
	if err != nil || f != float64(int(f)) || f < 1 || f > 5 {
		return 0, errors.New("must be a whole number from 1 to 5")
	}
	return int(f), nil
}
