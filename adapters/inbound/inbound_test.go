package inbound_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/adapters/inbound"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

const (
	shop   = "shop"
	hottok = "a-token-of-a-test"
)

// A desk is a shop that takes webhooks over real HTTP.
type desk struct {
	tb    testing.TB
	store *store.Store
	core  *actions.Core
	url   string

	mu   sync.Mutex
	seen []inbound.Seen
	log  bytes.Buffer
}

func open(tb testing.TB, s *store.Store, w actions.Webhooks, wrap ...func(inbound.Receiver) inbound.Receiver) *desk {
	tb.Helper()
	d := &desk{tb: tb, store: s}
	secrets, err := vault.New(bytes.Repeat([]byte("secret! "), 4))
	d.must(err)
	var ids atomic.Int64
	d.core = actions.New(actions.Options{Store: s, Commerce: ledger.New(s, time.Now), Policy: actions.DefaultPolicy(), Now: time.Now, Vault: secrets,
		NewID: func() string { return fmt.Sprintf("id%012d", ids.Add(1)) }, Webhooks: []actions.Webhooks{w}})
	d.must(s.SaveAccount(store.Account{ID: shop, Name: "Cozinha da Ana", Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL", CreatedAt: time.Now()}))
	var receiver inbound.Receiver = d.core
	for _, f := range wrap {
		receiver = f(receiver)
	}
	mux := http.NewServeMux()
	inbound.New(inbound.Options{Core: receiver, Account: shop, Webhooks: []actions.Webhooks{w}, Log: slog.New(slog.NewTextHandler(lockedWriter{d}, nil)),
		Observe: func(s inbound.Seen) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.seen = append(d.seen, s)
		}}).Routes(mux)
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	d.url = server.URL + "/webhooks/hotmart"
	return d
}

type lockedWriter struct{ d *desk }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.d.mu.Lock()
	defer w.d.mu.Unlock()
	return w.d.log.Write(p)
}

func (d *desk) logged() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

func (d *desk) must(err error) {
	d.tb.Helper()
	if err != nil {
		d.tb.Fatal(err)
	}
}

// post delivers a body and returns the answer's code and text.
func (d *desk) post(body []byte, header http.Header) (code int, text string) {
	d.tb.Helper()
	r, err := http.NewRequest(http.MethodPost, d.url, bytes.NewReader(body))
	d.must(err)
	r.Header = header
	answer, err := http.DefaultClient.Do(r)
	d.must(err)
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	d.must(err)
	return answer.StatusCode, strings.TrimSpace(string(all))
}

// last is what was counted of the last delivery.
func (d *desk) last() inbound.Seen {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen[len(d.seen)-1]
}

func with(token ...string) http.Header {
	return http.Header{hotmart.TokenHeader: token, "Content-Type": {"application/json; charset=utf-8"}}
}

func sample(tb testing.TB, name string, change ...string) []byte {
	tb.Helper()
	body, err := os.ReadFile("../../actions/hotmart/testdata/webhooks/" + name + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	return []byte(strings.NewReplacer(change...).Replace(string(body)))
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.New(t), hotmart.NewWebhooks(hottok))
	approved := sample(t, "purchase_approved")
	lower := http.Header{}
	lower.Set("x-hotmart-hottok", hottok)
	form := with(hottok)
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	plain := with(hottok)
	plain.Del("Content-Type")
	inBody := sample(t, "purchase_chargeback", `"version"`, `"hottok": "`+hottok+`", "version"`)
	for _, c := range []struct {
		name   string
		body   []byte
		header http.Header
		code   int
		result string
	}{
		{"a delivery", approved, with(hottok), 200, "kept"},
		{"the same again", approved, with(hottok), 200, "known"},
		{"of another spelling of the header", sample(t, "purchase_complete"), lower, 200, "kept"},
		{"without a type", sample(t, "purchase_refunded"), plain, 200, "kept"},
		{"of an event that nobody knows", sample(t, "purchase_approved", "PURCHASE_APPROVED", "PURCHASE_NEW", `"5c`, `"6c`), with(hottok), 200, "unknown"},
		{"of the panel's test", sample(t, "test_event_from_panel"), with(hottok), 200, "kept"},
		{"without a token", approved, http.Header{}, 401, "refused"},
		{"with an empty token", approved, with(""), 401, "refused"},
		{"with another token", approved, with(hottok + "x"), 401, "refused"},
		{"with the beginning of the token", approved, with(hottok[:5]), 401, "refused"},
		{"with two tokens", approved, with(hottok, hottok), 401, "refused"},
		{"with two tokens, one of them wrong", approved, with("x", hottok), 401, "refused"},
		{"with the token in the body alone", inBody, http.Header{}, 401, "refused"},
		{"of version 1.0.0", []byte("hottok=" + hottok + "&prod=1"), form, 400, "unreadable"},
		{"of broken JSON", approved[:100], with(hottok), 400, "unreadable"},
		{"of nothing", nil, with(hottok), 400, "unreadable"},
		{"of deep JSON", []byte(`{"event":"PURCHASE_APPROVED","data":` + strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_001)), with(hottok), 400, "unreadable"},
		{"that is too large", bytes.Repeat([]byte("x"), 2<<20), with(hottok), 413, "too_large"},
	} {
		if code, text := d.post(c.body, c.header); code != c.code || text != c.result {
			t.Errorf("a delivery %s: %d %q, want %d %q", c.name, code, text, c.code, c.result)
		}
		if seen := d.last(); seen.Result != c.result || seen.Source != "hotmart" || c.code != 200 && seen.Kind != "" || c.result == "kept" && seen.Delay <= 0 {
			t.Errorf("a delivery %s is counted as %+v", c.name, seen)
		}
	}
	if log := d.logged(); strings.Contains(log, hottok) || strings.Contains(log, "beatriz") || strings.Contains(log, "12345678909") {
		t.Errorf("the log tells what it must not:\n%s", log)
	}
	for path, want := range map[string]int{"/webhooks/stripe": 404, "/webhooks/": 404, "/webhooks/hotmart/x": 404} {
		answer, err := http.Post(strings.TrimSuffix(d.url, "/webhooks/hotmart")+path, "", nil)
		d.must(err)
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s answers %d", path, answer.StatusCode)
		}
	}
	answer, err := http.Get(d.url)
	d.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET answers %d", answer.StatusCode)
	}
}

func TestTokenInBody(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.New(t), hotmart.NewWebhooks(hottok).TokenInBody())
	body := sample(t, "update_subscription_charge_date", "sample-hottok-not-a-secret", hottok)
	if !bytes.Contains(body, []byte(hottok)) {
		body = bytes.Replace(body, []byte(`"version"`), []byte(`"hottok": "`+hottok+`", "version"`), 1)
	}
	for _, c := range []struct {
		body   []byte
		header http.Header
		want   int
	}{{body, http.Header{}, 200}, {body, with("wrong"), 401}, {sample(t, "purchase_approved"), http.Header{}, 401}, {[]byte("{"), http.Header{}, 401}} {
		if code, text := d.post(c.body, c.header); code != c.want {
			t.Errorf("%.40s: %d %s, want %d", c.body, code, text, c.want)
		}
	}
	list, err := d.store.KeptDeliveries(shop, "hotmart", "", time.Time{}, "", 10)
	d.must(err)
	if len(list) != 1 || bytes.Contains(list[0].Payload, []byte(hottok)) {
		t.Errorf("kept: %+v", list)
	}
}

func TestNothingIsGenuineWithoutAToken(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.New(t), hotmart.NewWebhooks("").TokenInBody())
	for _, h := range []http.Header{{}, with(""), with("x")} {
		if code, _ := d.post(sample(t, "purchase_approved", `"version"`, `"hottok": "", "version"`), h); code != http.StatusUnauthorized {
			t.Errorf("%v: %d", h, code)
		}
	}
}

// away is a database that does not answer: it returns when its context ends.
type away struct{}

func (away) Receive(ctx context.Context, _ string, _ actions.Webhooks, _ []byte) (actions.Receipt, error) {
	<-ctx.Done()
	return actions.Receipt{Kind: "PURCHASE_APPROVED"}, &actions.Error{Code: actions.Unavailable, Key: "error.unavailable", Err: ctx.Err()}
}

func TestDatabaseIsAway(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.New(t), hotmart.NewWebhooks(hottok), func(inbound.Receiver) inbound.Receiver { return away{} })
	began := time.Now()
	code, text := d.post(sample(t, "purchase_approved"), with(hottok))
	if took := time.Since(began); code != http.StatusServiceUnavailable || text != "unavailable" || took > 3*time.Second {
		t.Errorf("%d %s after %s", code, text, took)
	}
}

// TestWriterIsHeld: the one writer of SQLite is busy for longer than a delivery can wait. It is refused in time, and kept when
// it comes again.
func TestWriterIsHeld(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.File(t), hotmart.NewWebhooks(hottok))
	held, free := make(chan struct{}), make(chan struct{})
	var holding sync.WaitGroup
	holding.Go(func() {
		err := d.store.Tx(context.Background(), func(tx *store.Store) error {
			close(held)
			<-free
			return errors.New("undo")
		})
		if err == nil {
			t.Error("nothing was held")
		}
	})
	<-held
	var all sync.WaitGroup
	for i := range 4 {
		body := sample(t, "purchase_approved", "5c3e9a10", fmt.Sprintf("%08d", i))
		all.Go(func() {
			if code, text := d.post(body, with(hottok)); code != http.StatusServiceUnavailable {
				t.Errorf("while the writer is held: %d %s", code, text)
			}
		})
	}
	all.Wait()
	close(free)
	holding.Wait()
	if code, text := d.post(sample(t, "purchase_approved", "5c3e9a10", "00000000"), with(hottok)); code != 200 {
		t.Errorf("when it comes again: %d %s", code, text)
	}
}

// TestCutOff: a sender that promises more than it sends is not waited for longer than the rest of the server can bear.
func TestCutOff(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.New(t), hotmart.NewWebhooks(hottok))
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(d.url, "http://"), "/webhooks/hotmart"))
	d.must(err)
	fmt.Fprintf(conn, "POST /webhooks/hotmart HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: 5000\r\n\r\n{\"id\":", hotmart.TokenHeader, hottok)
	d.must(conn.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(conn)
	d.must(err)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("answered %q", answer)
	}
	list, err := d.store.KeptDeliveries(shop, "hotmart", "", time.Time{}, "", 10)
	d.must(err)
	if len(list) != 0 {
		t.Errorf("half a delivery is kept: %+v", list)
	}
}
