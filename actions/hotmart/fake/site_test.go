package fake

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// A person does in the panel what the API cannot, and sees what came of it.
func TestSite(t *testing.T) {
	t.Parallel()
	w := open(t, Facts{})
	site := httptest.NewServer(w.Site())
	t.Cleanup(site.Close)
	get := func(path string) string {
		t.Helper()
		r, _ := http.NewRequestWithContext(t.Context(), "GET", site.URL+path, nil)
		_, body := w.send(r)
		return string(body)
	}
	post := func(path string, form url.Values) string {
		t.Helper()
		r, _ := http.NewRequestWithContext(t.Context(), "POST", site.URL+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}
	shows := func(what, page string, want ...string) {
		t.Helper()
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q:\n%s", what, text, page)
			}
		}
	}
	const marinas = "/panel/sales/HP1100000101"
	shows("the panel", get("/panel?find=MARINA"), "not Hotmart", "HP1100000101", "Padaria Escola", "MARI24LK")
	if page := get("/panel?find=marina"); strings.Contains(page, "HP1100000301") {
		t.Error("the search shows another buyer's sale")
	}
	shows("a change typed once", post(marinas, url.Values{"do": {"email"}, "email": {"a@example.com"}, "again": {"b@example.com"}}), "cannot be used")
	shows("a change", post(marinas, url.Values{"do": {"email"}, "email": {"m@example.com"}, "again": {"m@example.com"}}), "Done.", "m@example.com")
	shows("a claim", post(marinas, url.Values{"do": {"claim"}}), "PROTESTED", "Withdraw the claim", "Approve")
	shows("its approval", post(marinas, url.Values{"do": {"approve"}}), "Done.")
	shows("the panel before the night", get("/panel"), "Let the night come now (1)")
	post("/panel/night", nil)
	shows("the sale after it", get(marinas), "REFUNDED")
	w.wants("POST", subscriptions+"/RAUL25ZT/reactivate", `{"charge": true}`, 200, "")
	shows("the mail's page", get("/accept/RAUL25ZT"), "Raul Pinto", "BRL 59.90 is charged now")
	if v, _ := w.Subscription("RAUL25ZT"); v.Status == "ACTIVE" {
		t.Error("looking at the page has accepted")
	}
	shows("accepted", post("/accept/RAUL25ZT", nil), "goes on")
	shows("accepted twice", post("/accept/RAUL25ZT", nil), "could not be done")
	shows("a link that is over", get("/accept/RAUL25ZT"), "not good any more")
	shows("no sale", get("/panel/sales/HP0"), "no such sale")
	r, _ := http.NewRequestWithContext(t.Context(), "POST", site.URL+marinas, strings.NewReader("do=refund"))
	r.Header.Set("Origin", "https://elsewhere.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if code, _ := w.send(r); code != http.StatusForbidden {
		t.Errorf("a form of another site is answered with %d", code)
	}
}
