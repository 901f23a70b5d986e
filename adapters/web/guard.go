package web

import (
	"net"
	"net/http"
	"slices"
)

// maxBody is how many bytes of a form are read: the longest answer of all fields of a modal, and some air.
const maxBody = 64 << 10

// policy forbids everything that the console does not use: scripts and styles come from its own files, never from a
// page, so that text which slipped through as markup could still do nothing.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"

// guard keeps other sites out. A page elsewhere can make a browser send requests here: the check of origin refuses its
// posts, and the list of hosts refuses a name that was pointed at this address meanwhile (DNS rebinding).
func (a *Adapter) guard(next http.HandlerFunc) http.Handler { return a.guardUpTo(maxBody, next) }

// guardUpTo is guard for bodies of up to so many bytes.
func (a *Adapter) guardUpTo(most int64, next http.HandlerFunc) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if !a.served(r.Host) {
			http.Error(w, "This address is not served here. Open the console under the name it was started with.", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		origin.Handler(next).ServeHTTP(w, r)
	})
}

// served reports whether the console may be opened under the host of a request.
func (a *Adapter) served(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if len(a.Hosts) > 0 {
		return slices.Contains(a.Hosts, host)
	}
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1", "[::1]"}, host)
}
