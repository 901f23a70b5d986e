package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

//go:embed templates static
var assets embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"linked": linked}).ParseFS(assets, "templates/*.html"))

// version names the assets' content, so that browsers keep them until they change.
var version = func() string {
	sum := sha256.New()
	files, _ := fs.Glob(assets, "static/*") // the pattern is right, and nothing else can fail
	for _, f := range files {
		b, _ := assets.ReadFile(f)
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}()

func serveStatic(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("v") == version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, assets, path.Join("static", r.PathValue("file"))) // #nosec G703 -- the files are those in the program
}

// execute renders a template whole before anything of it is sent.
func execute(name string, data any) (string, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return b.String(), nil
}

// A voice speaks the console's own words to one reader.
type voice struct {
	words  Words
	reader flow.Reader
}

// T says a word of the console.
func (v voice) T(key string, args ...any) string {
	return v.words.Text(flow.T("console."+key, args...), v.reader)
}

// Lang is the reader's language.
func (v voice) Lang() string { return v.reader.Locale }

// A moment is a time as a reader sees it: Minute and Full are what they say, Clock is the shorter that is clear.
type moment struct{ ISO, Minute, Clock, Full string }

// moment shows the minute of today's times and the day of older ones.
func (a *Adapter) moment(v voice, t time.Time) moment {
	zone := v.reader.Timezone
	m := moment{ISO: t.UTC().Format(time.RFC3339), Minute: format.Clock(zone, t), Full: format.DateTime(v.reader.Locale, zone, t)}
	m.Clock = m.Minute
	if format.Date(format.English, zone, t) != format.Date(format.English, zone, a.Now()) {
		m.Clock = m.Full
	}
	return m
}

// A messageView is one message as its reader sees it.
type messageView struct {
	voice
	moment
	ID       string
	Revision int
	Key      string // sorts messages of a chat
	Pane     Pane
	Style    string
	Seats    seats
	Bot      bool
	Private  bool // in a room, and only this reader sees it
	Below    bool // in the thread of a message of a room
	Threaded bool // there is a thread below it
	Max      int  // characters that can be written there
	Nonce    string
	Open     bool // its modal is open from the start: for browsers without JavaScript
	Sure     bool // dangerous buttons ask again, as Slack's do
	Author   string
	Tile     string
	Color    int
	Text     []string
	Card     card
	File     *fileView
}

// A formView is a modal and the message that it belongs to.
type formView struct {
	Message messageView
	Form    *form
}

// With joins a modal to its message.
func (m messageView) With(f *form) formView { return formView{m, f} }

// MenuLabel says what a menu chooses, for those who cannot see what it stands below.
func (m messageView) MenuLabel() string {
	for _, p := range m.Card.Parts {
		if p.Ask != "" {
			return p.Ask
		}
	}
	return m.T("choose")
}

// Keys reports whether there is anything to press.
func (c card) Keys() bool { return c.Form != nil || len(c.Menus) > 0 || len(c.Rows) > 0 }

// About lists the elements that describe a field.
func (in input) About(id string) string {
	var ids []string
	if in.Hint != "" {
		ids = append(ids, id+"-hint")
	}
	if in.Problem != "" {
		ids = append(ids, id+"-wrong")
	}
	return strings.Join(ids, " ")
}

// A visit is one browser's view of the console: who reads its own words, and who sits where.
type visit struct {
	page  flow.Reader
	seats seats
}

// message draws a stored message for the person at the pane's keyboard.
func (a *Adapter) message(v visit, p Pane, m store.Message) (messageView, error) {
	user := v.seats[p]
	speak := voice{a.Words, readerIn(user, v.page)}
	l := paneLimits[p]
	view := messageView{
		voice: speak, moment: a.moment(speak, m.CreatedAt), ID: m.ID, Revision: m.Revision,
		Key: keyOf(m), Below: m.Below != "", Threaded: m.Threaded, Max: l.Say, Nonce: m.ID, Pane: p, Style: styles[p], Seats: v.seats, Bot: m.Author == "",
		Private: m.Reader != "", Sure: p == Team,
	}
	if !view.Bot {
		text, name, err := written(m.Body)
		if err != nil {
			return view, fmt.Errorf("read message %s: %w", m.ID, err)
		}
		view.Author = cmp.Or(name, user.Name)
		view.Tile, view.Color = initials(view.Author), color(m.Author)
		view.Text = l.split(text, l.Text)
		return view, nil
	}
	var s said
	if err := json.Unmarshal(m.Body, &s); err != nil {
		return view, fmt.Errorf("read message %s: %w", m.ID, err)
	}
	if s.Locale != "" {
		view.voice.reader.Locale = s.Locale
	}
	view.Author, view.Card, view.File = product, fit(s.Shown, l), s.view(v.seats, m.ID)
	if p == Buyer {
		view.Author = a.Account.Name // a buyer talks to the shop and need not know what it runs on
	}
	return view, nil
}

// product is the bot's name to the team, the same in all languages.
const product = "Aftersale"

// color picks one of the eight colours of a face.
func color(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32() % 8)
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	var tile []rune
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if i == 0 || i == len(words)-1 {
			r, _ := utf8.DecodeRuneInString(w)
			tile = append(tile, unicode.ToUpper(r))
		}
	}
	return string(tile)
}

var address = regexp.MustCompile(`https?://[^\s<>"']+[^\s<>"'.,;:!?)\]]`)

// linked escapes a text and makes its web addresses links, as all three chats do. Nothing else in it means anything.
func linked(text string) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range address.FindAllStringIndex(text, -1) {
		url := template.HTMLEscapeString(text[m[0]:m[1]])
		b.WriteString(template.HTMLEscapeString(text[at:m[0]]))
		b.WriteString(`<a href="` + url + `" target="_blank" rel="noopener noreferrer">` + url + `</a>`)
		at = m[1]
	}
	b.WriteString(template.HTMLEscapeString(text[at:]))
	return template.HTML(b.String()) // #nosec G203 -- every piece is escaped above
}
