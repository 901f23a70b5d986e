// Package demo is the sample shop: who works there, who buys there, and its files, which are read through the same import
// as anybody's. It is data; what is done with it is up to the commands.
//
// Its dates are relative to the first start, so that there are always purchases inside the guarantee and outside: the
// files are templates, and Files fills in these functions. Each takes any number of durations and adds them to now;
// units are w, d, h, m and s, as in "-2d4h".
//
//	{{ms "-3d" "8s"}}    milliseconds since 1970, as webhooks write times
//	{{day "-3d" "7d"}}   midnight in UTC of that day, as webhooks write the last day of a guarantee
//	{{br "-40d"}}        02/01/2026 15:04:05 in the shop's zone, as its sales reports write times
//	{{evening "21d" "19:30"}}   2026-01-02 19:30, that hour of that day in the shop's zone, as the list of products writes times
package demo

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// The shop. Everything else about it is the configuration's default.
const (
	Name         = "Cozinha da Ana"
	SupportEmail = "ajuda@cozinha-da-ana.example"
)

// A Member is somebody of the team.
type Member struct {
	ID   string // his user id in the console
	Name string
	Role actions.Role
}

// Team is who works in the shop.
var Team = []Member{
	{ID: "ana", Name: "Ana", Role: actions.Agent},
	{ID: "rui", Name: "Rui", Role: actions.Manager},
	{ID: "clara", Name: "Clara", Role: actions.Producer},
	{ID: "teo", Name: "Téo", Role: actions.Admin},
}

// A Guest is a buyer who can be played in the console.
type Guest struct {
	ID     string // his user id in the console
	Name   string
	Email  actions.Email // of his purchases
	Locale string        // of his chat client; empty: that of the page in which he is played
}

// Buyers are some of the shop's buyers, each with another case. The files hold more.
var Buyers = []Guest{
	{ID: "marina", Name: "Marina Alves", Email: "marina.alves@example.com"},                    // a small refund, at once
	{ID: "james", Name: "James Whitfield", Email: "james.whitfield@example.net", Locale: "en"}, // in dollars
	{ID: "lucia", Name: "Lucía Fernández", Email: "lucia.fernandez@example.org", Locale: "es"}, // in euros
	{ID: "joao", Name: "João Pereira", Email: "joao.pereira@example.com"},                      // a refund that somebody decides
	{ID: "beatriz", Name: "Beatriz Nogueira", Email: "beatriz.nogueira@example.com"},           // a bundle, and tickets
	{ID: "thiago", Name: "Thiago Rocha", Email: "thiago.rocha@example.net"},                    // out of the guarantee
}

// An Attendee comes to the shop's event with one of the tickets that somebody has bought. The other tickets wait for a name.
type Attendee struct {
	Transaction actions.Transaction
	Ticket      int // its number
	Name        string
	Email       string // empty: begun, and not complete
}

// Attendees are those who were named before the sample begins.
var Attendees = []Attendee{
	{Transaction: "HP5300000302", Ticket: 1, Name: "Beatriz Nogueira", Email: "beatriz.nogueira@example.com"},
	{Transaction: "HP5300000303", Ticket: 1, Name: "Caio Prado", Email: "caio.prado@example.com"},
	{Transaction: "HP5300000303", Ticket: 2, Name: "Lívia Sampaio"},
}

// A File is one of the shop's files as an import reads it.
type File struct {
	Name    string
	Content []byte
}

// order is how the files are read: what the shop sells, what it sold long ago, what happened since, what buyers wrote of it.
var order = []string{"products.csv", "sales.csv", "webhooks.ndjson", "reviews.csv"}

//go:embed files
var templates embed.FS

// Files returns the shop's files as they are when the shop is opened at now.
func Files(now time.Time) []File {
	parsed := template.Must(template.New("").Funcs(functions(now)).ParseFS(templates, "files/*"))
	files := make([]File, len(order))
	for i, name := range order {
		var content bytes.Buffer
		if err := parsed.ExecuteTemplate(&content, name, nil); err != nil {
			panic("demo: " + err.Error()) // a mistake in a file that is part of the program, found by every test
		}
		files[i] = File{Name: name, Content: content.Bytes()}
	}
	return files
}

// Zone is the shop's: that of São Paulo, which has had no summer time since 2019.
var Zone = time.FixedZone("-03", -3*60*60)

func functions(now time.Time) template.FuncMap {
	at := func(offsets []string) (time.Time, error) {
		t := now
		for _, o := range offsets {
			d, err := duration(o)
			if err != nil {
				return t, err
			}
			t = t.Add(d)
		}
		return t, nil
	}
	return template.FuncMap{
		"ms": func(offsets ...string) (string, error) {
			t, err := at(offsets)
			return strconv.FormatInt(t.UnixMilli(), 10), err
		},
		"day": func(offsets ...string) (string, error) {
			t, err := at(offsets)
			return t.UTC().Truncate(24 * time.Hour).Format(time.RFC3339), err
		},
		"evening": func(offset, hour string) (string, error) {
			t, err := at([]string{offset})
			return t.In(Zone).Format("2006-01-02 ") + hour, err
		},
		"br": func(offsets ...string) (string, error) {
			t, err := at(offsets)
			return t.In(Zone).Format("02/01/2006 15:04:05"), err
		},
	}
}

var errDuration = errors.New(`write it like "-2d4h"`)

// duration reads a duration that may have weeks and days, which time.ParseDuration does not know.
func duration(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(text, "-")
	units := map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}
	var sum time.Duration
	for rest != "" {
		end := strings.IndexAny(rest, "wdhms")
		if end < 1 {
			return 0, fmt.Errorf("duration %q: %w", text, errDuration)
		}
		n, err := strconv.Atoi(rest[:end])
		if err != nil || n < 0 {
			return 0, fmt.Errorf("duration %q: %w", text, errDuration)
		}
		sum += time.Duration(n) * units[rest[end]]
		rest = rest[end+1:]
	}
	if negative {
		sum = -sum
	}
	return sum, nil
}
