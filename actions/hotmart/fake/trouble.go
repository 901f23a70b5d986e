package fake

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Trouble is how often things go wrong, each from 0 (never) to 1. What happens is drawn from the server's seed.
type Trouble struct {
	// Calls.
	Limited      float64 // 429 before acting
	GatewayFirst float64 // 502 before acting
	GatewayAfter float64 // 502 after acting
	CutFirst     float64 // the connection is cut before acting
	CutAfter     float64 // … after acting
	Hang         float64 // no answer, after acting: the caller's time-out decides
	Expired      float64 // the token is ended before the call
	Empty        float64 // 200 without a body, after acting
	HTML         float64 // an HTML page with 200, after acting
	HTMLError    float64 // … with 500, before acting

	// Spellings of an answer that is right.
	Seconds  float64 // times in seconds
	Currency float64 // currency_value for currency_code
	Strings  float64 // strings for whole numbers
	Spelling float64 // status words as webhooks spell them

	// Webhooks.
	Lost, Late, Duplicate, Reorder float64
}

// A Misfortune is one of the things that can happen to a call.
type Misfortune int

// The misfortunes, as in Trouble.
const (
	None Misfortune = iota
	Limited
	GatewayFirst
	GatewayAfter
	CutFirst
	CutAfter
	Hang
	Expired
	Empty
	HTML
	HTMLError
	Seconds
	Currency
	Strings
	Spelling
)

// hangAtMost is how long a call without an answer is held when its caller has no time-out.
const hangAtMost = time.Minute

type oneShot struct {
	what Misfortune
	path string
}

// Suffer sets how often things go wrong from now on.
func (s *Server) Suffer(t Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = t
}

// Next has one thing go wrong with the next call whose path holds the given text; empty: with the next call of all. Several are
// taken in their order.
func (s *Server) Next(what Misfortune, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, oneShot{what, path})
}

func (s *Server) chanced(p float64) bool { return p > 0 && s.chance.Float64() < p }

// misery is what happens to one call.
type misery struct {
	s     *Server
	what  Misfortune
	words map[Misfortune]bool
}

// draw decides what happens to a call.
func (s *Server) draw(r *http.Request) misery {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := misery{s: s, words: map[Misfortune]bool{}}
	for i, n := range s.next {
		if !strings.Contains(r.URL.Path, n.path) {
			continue
		}
		s.next = append(s.next[:i:i], s.next[i+1:]...)
		if n.what >= Seconds {
			m.words[n.what] = true
			return m
		}
		m.what = n.what
		return m
	}
	t := s.trouble
	for _, c := range []struct {
		p    float64
		what Misfortune
	}{{t.Limited, Limited}, {t.GatewayFirst, GatewayFirst}, {t.GatewayAfter, GatewayAfter}, {t.CutFirst, CutFirst}, {t.CutAfter, CutAfter}, {t.Hang, Hang},
		{t.Expired, Expired}, {t.Empty, Empty}, {t.HTML, HTML}, {t.HTMLError, HTMLError}} {
		if s.chanced(c.p) {
			m.what = c.what
			break
		}
	}
	m.words[Seconds], m.words[Currency] = s.chanced(t.Seconds), s.chanced(t.Currency)
	m.words[Strings], m.words[Spelling] = s.chanced(t.Strings), s.chanced(t.Spelling)
	return m
}

const sorryPage = "<!doctype html><html><head><title>Sorry</title></head><body><h1>We will be right back</h1><p>hotmart</p></body></html>"

// before does what goes wrong before the call acts, and reports whether that is its answer.
func (m misery) before(w http.ResponseWriter, r *http.Request) bool {
	switch m.what {
	case Limited:
		m.s.mu.Lock()
		m.s.counts.Limited++
		m.s.mu.Unlock()
		w.Header().Set("RateLimit-Limit", "500")
		w.Header().Set("RateLimit-Remaining", "0")
		w.Header().Set("RateLimit-Reset", "1")
		write(w, r, refuse(429, "too_many_requests", "the minute's calls are used up"))
	case GatewayFirst:
		w.WriteHeader(http.StatusBadGateway)
	case HTMLError:
		writePage(w, http.StatusInternalServerError)
	case CutFirst:
		panic(http.ErrAbortHandler)
	case Expired:
		m.s.ExpireTokens()
		return false
	default:
		return false
	}
	return true
}

// after does what goes wrong after the call has acted, and else answers.
func (m misery) after(w http.ResponseWriter, r *http.Request, a answer) {
	switch m.what {
	case GatewayAfter:
		w.WriteHeader(http.StatusBadGateway)
		return
	case CutAfter:
		panic(http.ErrAbortHandler)
	case Hang:
		hold := time.NewTimer(hangAtMost)
		defer hold.Stop()
		select {
		case <-r.Context().Done():
		case <-hold.C:
		}
		panic(http.ErrAbortHandler)
	case Empty:
		w.WriteHeader(http.StatusOK)
		return
	case HTML:
		writePage(w, http.StatusOK)
		return
	}
	if a.code == http.StatusOK && a.body != nil {
		a.body = m.spelled(a.body)
	}
	write(w, r, a)
}

func writePage(w http.ResponseWriter, code int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(sorryPage))
}

// spelled writes an answer in the other ways that have been seen.
func (m misery) spelled(v any) any {
	for _, on := range m.words {
		if on {
			return m.walk("", v)
		}
	}
	return v
}

func (m misery) walk(name string, v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for k, inner := range v {
			if k == "currency_code" && m.words[Currency] {
				k = "currency_value"
			}
			out[k] = m.walk(k, inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = m.walk(name, inner)
		}
		return out
	case int64:
		if m.words[Seconds] && v > 100_000_000_000 && name != "id" {
			v /= 1000
		}
		if m.words[Strings] && name != "expires_in" {
			return strconv.FormatInt(v, 10)
		}
		return v
	case string:
		if name == "status" && m.words[Spelling] {
			return otherSpelling(v)
		}
		return v
	}
	return v
}
