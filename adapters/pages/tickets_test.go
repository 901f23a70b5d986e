package pages_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/skip2/go-qrcode"

	"github.com/aftersale/aftersale/actions"
)

const guests = "raul.pinto@example.net"

// tickets sells three tickets of an event in Lisbon, and returns the link that was mailed to who bought them.
func (w *world) tickets(locale string) string {
	w.t.Helper()
	dinner := time.Date(2026, 6, 5, 18, 30, 0, 0, time.UTC)
	product := actions.SoldProduct{Code: "7", Name: "Jantar <em> em Lisboa", Kind: "event"}
	for _, e := range []actions.SaleEvent{
		{Source: "test", ID: "t1", Kind: "SALE", At: w.clock(), Sale: &actions.Sale{Transaction: "HP1100000401", Status: actions.Approved, RawStatus: "APPROVED", Product: product,
			Quantity: 3, Buyer: actions.SoldTo{Name: "Raul Pinto", Email: guests, Locale: locale}, Price: actions.Money{Minor: 24000, Currency: "BRL"}, OrderedAt: w.clock(), ApprovedAt: w.clock()}},
		{Source: "products", ID: "7", Kind: "product", Product: &actions.Listed{Code: "7", Event: actions.Event{Starts: dinner, Ends: dinner.Add(3 * time.Hour), Timezone: "Europe/Lisbon", Place: "Rua do Pão, 12; Lisboa"}}},
	} {
		_, err := w.core.Apply(w.t.Context(), shop, e)
		w.must(err)
	}
	return w.checkIn("k-tickets")
}

func (w *world) checkIn(key string) string {
	w.t.Helper()
	ana, err := w.core.Actor(w.t.Context(), shop, "slack", "ana", "", "")
	w.must(err)
	_, err = w.core.SendCheckIn(w.t.Context(), ana, actions.CheckInInput{Key: key, Transaction: "HP1100000401"})
	w.must(err)
	w.work()
	sent := w.mailbox.Sent()
	last := sent[len(sent)-1]
	if last.To != guests || last.Values.TicketURL == "" {
		w.t.Fatalf("mailed to %s: %q", string(last.To), last.Values.TicketURL)
	}
	return last.Values.TicketURL
}

var anchors = regexp.MustCompile(`<a class="[a-z]+" href="([^"]+)">([^<]+)</a>`)

// leads are where the links of a page lead, by what they say.
func (w *world) leads(page got) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, m := range anchors.FindAllStringSubmatch(page.body, -1) {
		to, err := url.Parse(html.UnescapeString(m[1]))
		w.must(err)
		base, err := url.Parse(w.server.URL)
		w.must(err)
		all[html.UnescapeString(m[2])] = base.ResolveReference(to).String()
	}
	return all
}

func (w *world) fill(url string, values ...string) got {
	w.t.Helper()
	return w.ask("POST", url, strings.Join(values, "&"), "Content-Type", "application/x-www-form-urlencoded")
}

// TestTickets goes the whole way: three tickets, one of them begun, completed, given to somebody else.
func TestTickets(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	list := w.tickets("en")
	page := w.ask("GET", list, "")
	for _, want := range []string{"Your tickets", "Jantar &lt;em&gt; em Lisboa", "5 Jun 2026, 19:30", "Rua do Pão, 12; Lisboa", "Ticket 3", "no name yet"} {
		if page.code != http.StatusOK || !strings.Contains(page.body, want) {
			t.Errorf("%d: the page lacks %q", page.code, want)
		}
	}
	if strings.Contains(page.body, "<svg") || strings.Contains(page.body, "TK-") {
		t.Error("a code before anybody is named")
	}
	first := w.leads(page)["Fill in ticket 1"]
	second := w.leads(page)["Fill in ticket 2"]
	if form := w.ask("GET", first, ""); !strings.Contains(form.body, "Who comes with this ticket?") || !strings.Contains(form.body, "No. 1 of 3") {
		t.Fatalf("the form:\n%s", form.body)
	}

	if said := w.fill(first, "name=Marina+%3Cscript%3Ealert(1)%3C%2Fscript%3E"); said.code != http.StatusSeeOther || "/b"+strings.SplitN(first, "/b", 2)[1] != said.header.Get("Location") {
		t.Fatalf("saved: %d %s", said.code, said.header.Get("Location"))
	}
	begun := w.ask("GET", first, "")
	if !strings.Contains(begun.body, "This is saved.") || !strings.Contains(begun.body, `value="Marina &lt;script&gt;`) || strings.Contains(begun.body, "<script") {
		t.Errorf("begun:\n%s", begun.body)
	}
	wrong := w.fill(first, "name=Marina", "email=marina")
	if wrong.code != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, `aria-invalid="true" aria-describedby="email-problem"`) || !strings.Contains(wrong.body, `value="marina"`) {
		t.Errorf("a wrong address: %d\n%s", wrong.code, wrong.body)
	}
	w.fill(first, "name=Marina+Duarte", "email=marina%40example.org", "document=X+1234567")
	ticket := w.ask("GET", first, "")
	code := regexp.MustCompile(`TK(-[0-9A-Z]{4}){4}`).FindString(ticket.body)
	if code == "" || !strings.Contains(ticket.body, "Marina Duarte") || strings.Contains(ticket.body, "1234567") {
		t.Fatalf("the ticket:\n%s", ticket.body)
	}
	w.sameCode(ticket.body, code)

	// Whoever has one ticket's address sees that ticket and nobody else.
	w.fill(second, "name=Otto+Braun", "email=otto%40example.org")
	for _, secret := range []string{"Otto", "otto@", "Raul", guests, "HP1100000401"} {
		if shown := w.ask("GET", first, ""); strings.Contains(shown.body, secret) {
			t.Errorf("the first ticket shows %s", secret)
		}
	}
	if forged := w.ask("GET", strings.Replace(first, "/ticket/", "/tickets/", 1), ""); strings.Contains(forged.body, "Otto") {
		t.Error("one ticket's words open the page of all")
	}
	if all := w.ask("GET", strings.Replace(list, "/tickets/", "/ticket/", 1), ""); all.code != http.StatusNotFound {
		t.Errorf("the words of all on the page of one: %d", all.code)
	}
	if page := w.ask("GET", list, ""); !strings.Contains(page.body, "Otto Braun · ready") || w.leads(page)["Open ticket 2"] == "" || w.leads(page)["Fill in ticket 3"] == "" {
		t.Errorf("the list:\n%s", page.body)
	}

	// Somebody else comes.
	change := w.leads(ticket)["Somebody else comes, or the name is wrong"]
	if form := w.ask("GET", change, ""); !strings.Contains(form.body, "the old one no longer works") || !strings.Contains(form.body, "Known: •••67") {
		t.Errorf("the form of a change:\n%s", form.body)
	}
	if nobody := w.fill(change, "name=", "email=marina%40example.org"); nobody.code != http.StatusUnprocessableEntity || !strings.Contains(nobody.body, "A complete ticket needs a name.") {
		t.Errorf("without a name: %d\n%s", nobody.code, nobody.body)
	}
	if said := w.fill(change, "name=Eva+Lang", "email=eva%40example.org", "document=-"); said.code != http.StatusSeeOther || strings.Contains(said.header.Get("Location"), "change") {
		t.Errorf("changed: %d %s", said.code, said.header.Get("Location"))
	}
	if other := w.ask("GET", first, ""); strings.Contains(other.body, code) || !strings.Contains(other.body, "Eva Lang") {
		t.Errorf("after the change:\n%s", other.body)
	}
	if form := w.ask("GET", change, ""); strings.Contains(form.body, "Known:") {
		t.Error("the document is still known")
	}
	if log := w.log.String(); log != "" {
		t.Errorf("the log has\n%s", log)
	}
}

// sameCode reads the drawing back, square by square.
func (w *world) sameCode(body, code string) {
	w.t.Helper()
	want, err := qrcode.New(code, qrcode.Medium)
	w.must(err)
	rows := want.Bitmap()
	size, path := regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`).FindStringSubmatch(body), regexp.MustCompile(`<path d="([^"]+)"`).FindStringSubmatch(body)
	if size == nil || path == nil || size[1] != size[2] || size[1] != strconv.Itoa(len(rows)) {
		w.t.Fatalf("no drawing of %d squares: %v", len(rows), size)
	}
	got := make([][]bool, len(rows))
	for y := range got {
		got[y] = make([]bool, len(rows))
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(path[1], -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(run[i+1])
		}
		if n[2] != n[3] {
			w.t.Errorf("a run is not closed: %s", run[0])
		}
		for x := range n[2] {
			got[n[1]][n[0]+x] = true
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(rows) {
		w.t.Error("the drawing is another code")
	}
}

func TestTicketsInACalendar(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	list := w.tickets("en")
	page := w.ask("GET", list, "")
	one := w.leads(page)["Fill in ticket 1"]
	for _, from := range []string{w.leads(page)["Save the date in my calendar"], one + "/event.ics"} {
		file := w.ask("GET", from, "")
		if file.code != http.StatusOK || file.header.Get("Content-Type") != "text/calendar; charset=utf-8" || file.header.Get("Content-Disposition") != `attachment; filename="event.ics"` {
			t.Errorf("%s: %d %v", from, file.code, file.header)
		}
		for _, want := range []string{"DTSTART;TZID=Europe/Lisbon:20260605T193000\r\n", "SUMMARY:Jantar <em> em Lisboa\r\n", `LOCATION:Rua do Pão\, 12\; Lisboa` + "\r\n"} {
			if !strings.Contains(file.body, want) {
				t.Errorf("the calendar lacks %q:\n%s", want, file.body)
			}
		}
		if strings.Contains(file.body, "TK-") || strings.Contains(file.body, "/b/") {
			t.Errorf("the calendar lets somebody in:\n%s", file.body)
		}
	}
	if forged := w.ask("GET", list+"x/event.ics", ""); forged.code != http.StatusNotFound {
		t.Errorf("a forged link: %d", forged.code)
	}
}

func TestTicketsThatAreNotGood(t *testing.T) {
	t.Parallel()
	w := open(t, "pt-BR")
	list := w.tickets("pt-BR")
	one := w.leads(w.ask("GET", list, ""))["Preencher o ingresso 1"]
	w.fill(one, "name=Marina+Duarte", "email=marina%40example.org")
	_, err := w.core.Apply(t.Context(), shop, actions.SaleEvent{Source: "test", ID: "t9", Kind: "SALE", At: w.clock().Add(time.Hour), Sale: &actions.Sale{
		Transaction: "HP1100000401", Status: actions.Chargeback, RawStatus: "CHARGEBACK", Product: actions.SoldProduct{Code: "7"}, Buyer: actions.SoldTo{Email: guests}}})
	w.must(err)
	for _, link := range []string{list, one, one + "?change=1"} {
		page := w.ask("GET", link, "")
		if page.code != http.StatusOK || !strings.Contains(page.body, "Estes ingressos não valem agora") || strings.Contains(page.body, "Marina") || strings.Contains(page.body, "<svg") {
			t.Errorf("%s: %d\n%s", link, page.code, page.body)
		}
	}
	if saved := w.fill(one, "name=Ladra", "email=a%40example.org"); saved.code != http.StatusConflict && saved.code != http.StatusOK || strings.Contains(saved.body, "<form") {
		t.Errorf("saved: %d\n%s", saved.code, saved.body)
	}
	if file := w.ask("GET", one+"/event.ics", ""); file.code != http.StatusNotFound {
		t.Errorf("the calendar: %d", file.code)
	}
}
