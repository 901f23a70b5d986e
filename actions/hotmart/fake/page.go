package fake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A listing says how an endpoint gives out pages.
type listing struct {
	usual int  // items on a page without max_results
	most  int  // a larger wish is cut silently
	total bool // total_results is told
}

var (
	salesPages   = listing{usual: 50, most: 500, total: true}
	plainPages   = listing{usual: 50, most: 500}
	productPages = listing{usual: 50, most: 50}
)

// page answers with one page of n items; item makes the ith. A page token is opaque, and good for the same filters alone.
func (l listing) page(q query, r *http.Request, n int, item func(i int) any) answer {
	size := l.usual
	if q.text("max_results") != "" {
		size = int(min(q.number("max_results"), int64(l.most)))
	}
	if size < 1 {
		return badValue("max_results")
	}
	from, filters := 0, fingerprint(q, r)
	if token := q.text("page_token"); token != "" {
		var good bool
		if from, good = openToken(token, filters); !good {
			return refuse(400, "invalid_token", "page_token is not valid")
		}
	}
	from = min(from, n)
	to := min(from+size, n)
	items := make([]any, 0, to-from)
	for i := from; i < to; i++ {
		items = append(items, item(i))
	}
	info := object{"results_per_page": len(items)}
	if l.total {
		info["total_results"] = n
	}
	if to < n {
		info["next_page_token"] = sealToken(to, filters)
	}
	if from > 0 {
		info["prev_page_token"] = sealToken(max(from-size, 0), filters)
	}
	return ok(object{"items": selected(items, q.text("select")), "page_info": info})
}

// fingerprint is of everything that decides which items are listed.
func fingerprint(q query, r *http.Request) string {
	var b strings.Builder
	b.WriteString(r.URL.Path)
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if name != "page_token" && name != "max_results" && name != "select" {
			fmt.Fprintf(&b, "&%s=%q", name, q[name])
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:6])
}

func sealToken(offset int, filters string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(offset) + "|" + filters))
}

func openToken(token, filters string) (int, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	offset, of, found := strings.Cut(string(raw), "|")
	n, err := strconv.Atoi(offset)
	return n, found && err == nil && n >= 0 && of == filters
}
