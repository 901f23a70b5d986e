package chat

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// Files come from the platform's hosts alone, no further than they may be large, and the token goes nowhere else.
func TestFetcher(t *testing.T) {
	t.Parallel()
	const token = "xoxb-secret"
	var stranger atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stranger.Add(1) }))
	t.Cleanup(other.Close)
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			if r.Header.Get("Authorization") == "Bearer "+token {
				_, _ = w.Write([]byte("%PDF-1.7"))
			}
		case "/endless":
			for range 3 * flow.MaxOffered >> 20 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case "/away":
			http.Redirect(w, r, other.URL+"/stolen", http.StatusFound)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("half"))
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(own.Close)
	var why []string
	get := func(size int64, address string) flow.Offered {
		f := Fetcher{Client: own.Client(), Hosts: []string{own.URL}, Token: token, Files: []Attached{{Name: "x", Size: size, URL: address}},
			Lost: func(err error) { why = append(why, err.Error()) }}
		return f.Fetch(t.Context())[0]
	}
	if f := get(8, own.URL+"/good"); string(f.Body) != "%PDF-1.7" || f.Size != 8 || f.Lost {
		t.Errorf("fetched %+v", f)
	}
	if f := get(flow.MaxOffered+1, own.URL+"/good"); f.Body != nil || f.Lost || f.Size != flow.MaxOffered+1 {
		t.Errorf("too large, as it says: %+v", f)
	}
	if f := get(8, own.URL+"/endless"); f.Size != flow.MaxOffered+1 || f.Lost {
		t.Errorf("larger than it says: %d bytes, %v", f.Size, f.Lost)
	}
	bare := strings.TrimPrefix(own.URL, "http://")
	for _, address := range []string{own.URL + "/away", own.URL + "/cut", own.URL + "/none", other.URL + "/x", "https://" + bare + "/good", "http://user:pw@" + bare + "/good",
		own.URL + ".example.com/good", "file:///etc/passwd", "http://169.254.169.254/latest", "//" + bare, "", "http://\x7f"} {
		if f := get(8, address); !f.Lost || f.Body != nil {
			t.Errorf("%q: %+v", address, f)
		}
	}
	if stranger.Load() > 0 {
		t.Error("another host was asked")
	}
	if all := strings.Join(why, "\n"); strings.Contains(all, token) || strings.Contains(all, "http") || len(why) != 12 {
		t.Errorf("said: %s", all)
	}

	many := Fetcher{Client: own.Client(), Hosts: []string{own.URL}, Token: token, Files: make([]Attached, 12), Lost: func(error) {}}
	for i := range many.Files {
		many.Files[i].URL = own.URL + "/good"
	}
	if all := many.Fetch(t.Context()); all[9].Lost || !all[10].Lost || !all[11].Lost {
		t.Error("more than ten were fetched")
	}
}
