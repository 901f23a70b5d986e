package listmonk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/listmonk"
)

// A server behaves as the documentation of listmonk's API says (listmonk.app/docs/apis, read 2026-11).
type server struct {
	*httptest.Server
	mu    sync.Mutex
	lists []string
	subs  []*sub
	fail  int // status of every answer; 0: they are good
}

type sub struct {
	ID      int64          `json:"id"`
	Email   string         `json:"email"`
	Name    string         `json:"name"`
	Status  string         `json:"status"`
	Attribs map[string]any `json:"attribs"`
	Lists   []*place       `json:"lists"`
}

type place struct {
	ID     int64  `json:"id"`
	Status string `json:"subscription_status"`
}

func open(t *testing.T) (*server, *listmonk.Client) {
	t.Helper()
	s := &server{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/lists", func(w http.ResponseWriter, _ *http.Request) {
		var all []map[string]any
		for i, name := range s.lists {
			all = append(all, map[string]any{"id": i + 1, "name": name})
		}
		answer(w, map[string]any{"results": all})
	})
	mux.HandleFunc("POST /api/lists", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Name, Type, Optin string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		if in.Type != "private" || in.Optin != "single" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.lists = append(s.lists, in.Name)
		answer(w, map[string]any{"id": len(s.lists), "name": in.Name})
	})
	mux.HandleFunc("GET /api/subscribers", func(w http.ResponseWriter, r *http.Request) { answer(w, map[string]any{"results": s.found(t, r)}) })
	mux.HandleFunc("POST /api/subscribers", func(w http.ResponseWriter, r *http.Request) {
		in := s.read(t, r)
		if slices.ContainsFunc(s.subs, func(o *sub) bool { return strings.EqualFold(o.Email, in.Email) }) {
			w.WriteHeader(http.StatusConflict)
			return
		}
		in.ID = int64(len(s.subs) + 1)
		s.subs = append(s.subs, in)
		answer(w, in)
	})
	mux.HandleFunc("PUT /api/subscribers/lists", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			IDs    []int64 `json:"ids"`
			Action string  `json:"action"`
			Lists  []int64 `json:"target_list_ids"`
			Status string  `json:"status"`
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		for _, o := range s.subs {
			if !slices.Contains(in.IDs, o.ID) {
				continue
			}
			at := slices.IndexFunc(o.Lists, func(p *place) bool { return p.ID == in.Lists[0] })
			switch {
			case in.Action == "add" && at < 0:
				o.Lists = append(o.Lists, &place{in.Lists[0], in.Status})
			case in.Action == "remove" && at >= 0:
				o.Lists = slices.Delete(o.Lists, at, at+1)
			case in.Action == "unsubscribe" && at >= 0:
				o.Lists[at].Status = "unsubscribed"
			}
		}
		answer(w, true)
	})
	mux.HandleFunc("PUT /api/subscribers/{id}", func(w http.ResponseWriter, r *http.Request) {
		in := s.read(t, r)
		for _, o := range s.subs {
			if fmt.Sprint(o.ID) == r.PathValue("id") {
				o.Email, o.Name, o.Attribs, o.Status = in.Email, in.Name, in.Attribs, in.Status
			}
		}
		answer(w, true)
	})
	mux.HandleFunc("DELETE /api/subscribers/{id}", func(w http.ResponseWriter, r *http.Request) {
		s.subs = slices.DeleteFunc(s.subs, func(o *sub) bool { return fmt.Sprint(o.ID) == r.PathValue("id") })
		answer(w, true)
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		user, token, _ := r.BasicAuth()
		switch {
		case s.fail != 0:
			w.WriteHeader(s.fail)
		case user != "aftersale" || token != "token":
			w.WriteHeader(http.StatusForbidden)
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s, listmonk.New(listmonk.Options{URL: s.URL + "/", User: "aftersale", Token: "token"})
}

func answer(w http.ResponseWriter, data any) {
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

func (s *server) read(t *testing.T, r *http.Request) *sub {
	var in struct {
		sub
		Lists      []int64 `json:"lists"`
		Preconfirm bool    `json:"preconfirm_subscriptions"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !in.Preconfirm {
		t.Errorf("what was sent: %v, %v", in, err)
	}
	out := in.sub
	for _, id := range in.Lists {
		out.Lists = append(out.Lists, &place{id, "confirmed"})
	}
	return &out
}

// found answers the two questions that are asked as SQL, and the one by list and status.
func (s *server) found(t *testing.T, r *http.Request) []*sub {
	q := r.URL.Query()
	all := []*sub{}
	for _, o := range s.subs {
		id, _ := o.Attribs["aftersale_id"].(string)
		quote := func(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }
		switch query := q.Get("query"); {
		case query == "" && slices.ContainsFunc(o.Lists, func(p *place) bool {
			return fmt.Sprint(p.ID) == q.Get("list_id") && p.Status == q.Get("subscription_status")
		}),
			query == "subscribers.attribs->>'aftersale_id' = "+quote(id),
			query == "lower(subscribers.email) = "+quote(strings.ToLower(o.Email)):
			all = append(all, o)
		}
	}
	return all
}

func TestSubscribers(t *testing.T) {
	t.Parallel()
	s, c := open(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.Check(ctx))
	id, err := c.Ensure(ctx, "Students")
	must(err)
	again, err := c.Ensure(ctx, "Students")
	must(err)
	if id != again || len(s.lists) != 1 {
		t.Errorf("lists %v, ids %d and %d", s.lists, id, again)
	}
	marina := actions.Subscriber{Buyer: "01J", Email: "marina.o'hara@example.com", Name: "Marina", Locale: "pt-BR", Tags: []string{"loyal"}, OptOutURL: "https://x.example/b/optout/1"}
	must(c.Put(ctx, id, marina))
	must(c.Put(ctx, id, marina))
	marina.Email, marina.Name = "new@example.com", "Marina Duarte"
	must(c.Put(ctx, id, marina)) // found by the buyer's id, though the address has changed
	if len(s.subs) != 1 || s.subs[0].Email != "new@example.com" || s.subs[0].Name != "Marina Duarte" || len(s.subs[0].Lists) != 1 || s.subs[0].Attribs["opt_out_url"] == "" {
		t.Fatalf("subscribers: %+v", s.subs[0])
	}

	// Who was there before under the same address is taken over, with what others keep of him, and is on the other list still.
	s.subs = append(s.subs, &sub{ID: 7, Email: "Old@Example.com", Status: "blocklisted", Attribs: map[string]any{"city": "Recife"}, Lists: []*place{{9, "confirmed"}}})
	must(c.Put(ctx, id, actions.Subscriber{Buyer: "02J", Email: "old@example.com", Name: "Old"}))
	if o := s.subs[1]; len(s.subs) != 2 || o.Attribs["city"] != "Recife" || o.Attribs["aftersale_id"] != "02J" || o.Status != "blocklisted" || len(o.Lists) != 2 {
		t.Errorf("taken over: %+v", o)
	}

	must(c.Drop(ctx, id, marina, true))
	buyers, more, err := c.Unsubscribed(ctx, id, 1)
	must(err)
	if len(buyers) != 1 || buyers[0] != "01J" || more {
		t.Errorf("unsubscribed: %v, %v", buyers, more)
	}
	must(c.Put(ctx, id, marina)) // who has unsubscribed there stays so
	if got := s.subs[0].Lists[0].Status; got != "unsubscribed" {
		t.Errorf("put again: %s", got)
	}
	must(c.Drop(ctx, id, actions.Subscriber{Buyer: "02J", Email: "old@example.com"}, false))
	if o := s.subs[1]; len(o.Lists) != 1 || o.Lists[0].ID != 9 {
		t.Errorf("dropped: %+v", o)
	}
	must(c.Drop(ctx, id, actions.Subscriber{Buyer: "03J", Email: "nobody@example.com"}, true))
	must(c.Forget(ctx, "01J"))
	must(c.Forget(ctx, "01J"))
	if len(s.subs) != 1 {
		t.Errorf("forgotten: %d are left", len(s.subs))
	}
}

// What goes wrong is an error that names nobody.
func TestFailures(t *testing.T) {
	t.Parallel()
	s, c := open(t)
	who := actions.Subscriber{Buyer: "01J", Email: "marina@example.com", Name: "Marina"}
	for _, status := range []int{400, 401, 403, 429, 500, 302} {
		s.fail = status
		_, _, back := c.Unsubscribed(t.Context(), 1, 1)
		for i, err := range []error{c.Check(t.Context()), c.Put(t.Context(), 1, who), c.Drop(t.Context(), 1, who, true), c.Forget(t.Context(), "01J"), back} {
			if err == nil || strings.Contains(err.Error(), "marina") || strings.Contains(err.Error(), "token") {
				t.Errorf("%d, %d: %v", status, i, err)
			}
		}
	}
	s.Close()
	if err := c.Put(t.Context(), 1, who); err == nil || strings.Contains(err.Error(), "marina") {
		t.Errorf("closed: %v", err)
	}
	if err := listmonk.New(listmonk.Options{URL: s.URL, User: "x"}).Check(t.Context()); err == nil {
		t.Error("without a token")
	}
}
