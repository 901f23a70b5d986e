// Package listmonk keeps contact lists in listmonk, an open-source list manager, by its HTTP API (versions 3 to 5;
// listmonk.app/docs/apis, read 2026-11). A subscriber is known by our id of the buyer, in the attribute "aftersale_id", so that
// he is found again when his address changes. The API user needs to get, manage and query subscribers, and to get and manage lists.
//
// It was built against the documentation and a server that behaves as that says; not against a running listmonk.
package listmonk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

const (
	patience = 20 * time.Second
	maxBody  = 4 << 20 // bytes of an answer: a page of subscribers has some hundred KiB
	perPage  = 100
)

// Options say where listmonk is, and as whom it is used.
type Options struct {
	URL   string // such as https://lists.example.com
	User  string
	Token string
}

// A Client speaks with one listmonk. It is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client
}

// New makes a Client.
func New(o Options) *Client {
	o.URL = strings.TrimRight(o.URL, "/")
	return &Client{options: o, http: &http.Client{Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}} // the token goes nowhere else
}

// A statusError is an answer that is not the one that was wanted. What it said may hold addresses.
type statusError int

func (e statusError) Error() string { return "listmonk answered " + strconv.Itoa(int(e)) }

// call sends a request, and reads what "data" holds into to, unless that is nil.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, to any) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	address := c.options.URL + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return errors.New("listmonk has no good address")
	}
	req.SetBasicAuth(c.options.User, c.options.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return errors.New("listmonk does not answer") // the error has the address, and with it whom was asked for
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return errors.New("the answer of listmonk is cut off")
	}
	if res.StatusCode != http.StatusOK {
		return statusError(res.StatusCode)
	}
	if to == nil {
		return nil
	}
	if err := json.Unmarshal(text, &struct {
		Data any `json:"data"`
	}{to}); err != nil {
		return errors.New("the answer of listmonk is not understood")
	}
	return nil
}

// Check reports whether listmonk answers, and lets us read its lists.
func (c *Client) Check(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/api/lists", url.Values{"per_page": {"1"}}, nil, nil)
}

type list struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Ensure finds the list of a name, or makes one that nobody can join by himself.
func (c *Client) Ensure(ctx context.Context, name string) (int64, error) {
	var found struct {
		Results []list `json:"results"`
	}
	if err := c.call(ctx, http.MethodGet, "/api/lists", url.Values{"query": {name}, "per_page": {"all"}}, nil, &found); err != nil {
		return 0, fmt.Errorf("find a list: %w", err)
	}
	for _, l := range found.Results {
		if l.Name == name {
			return l.ID, nil
		}
	}
	var made list
	err := c.call(ctx, http.MethodPost, "/api/lists", nil, map[string]any{"name": name, "type": "private", "optin": "single"}, &made)
	if err == nil && made.ID == 0 {
		err = errors.New("a list without an id")
	}
	return made.ID, err
}

type subscriber struct {
	ID      int64          `json:"id"`
	Email   string         `json:"email"`
	Status  string         `json:"status"`
	Attribs map[string]any `json:"attribs"`
	Lists   []struct {
		ID     int64  `json:"id"`
		Status string `json:"subscription_status"`
	} `json:"lists"`
}

// attribute names the buyer in what listmonk keeps of a subscriber.
const attribute = "aftersale_id"

// find looks a subscriber up by our id of the buyer, else by his address; nil: there is none.
func (c *Client) find(ctx context.Context, s actions.Subscriber) (*subscriber, error) {
	for _, query := range []string{
		"subscribers.attribs->>'" + attribute + "' = " + quoted(s.Buyer), "lower(subscribers.email) = " + quoted(strings.ToLower(string(s.Email))),
	} {
		var found struct {
			Results []subscriber `json:"results"`
		}
		if err := c.call(ctx, http.MethodGet, "/api/subscribers", url.Values{"query": {query}, "per_page": {"1"}}, nil, &found); err != nil {
			return nil, fmt.Errorf("find a subscriber: %w", err)
		}
		if len(found.Results) > 0 {
			return &found.Results[0], nil
		}
	}
	return nil, nil
}

// quoted is a text as PostgreSQL takes it: listmonk gives what it is asked for to its database.
func quoted(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}

// Put has a subscriber on a list, with the name and address that he has now. Who has unsubscribed there stays so.
func (c *Client) Put(ctx context.Context, id int64, s actions.Subscriber) error {
	known, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	attribs := map[string]any{}
	if known != nil {
		for k, v := range known.Attribs {
			attribs[k] = v
		}
	}
	attribs[attribute], attribs["language"], attribs["tags"], attribs["opt_out_url"] = s.Buyer, s.Locale, s.Tags, s.OptOutURL
	body := map[string]any{"email": string(s.Email), "name": s.Name, "status": "enabled", "attribs": attribs, "preconfirm_subscriptions": true, "lists": []int64{id}}
	if known == nil {
		if err := c.call(ctx, http.MethodPost, "/api/subscribers", nil, body, nil); err != nil {
			return fmt.Errorf("add a subscriber: %w", err)
		}
		return nil
	}
	lists := []int64{}
	on := false
	for _, l := range known.Lists {
		lists = append(lists, l.ID)
		on = on || l.ID == id
	}
	body["status"], body["lists"] = known.Status, lists // who is blocked there stays so
	if err := c.call(ctx, http.MethodPut, "/api/subscribers/"+strconv.FormatInt(known.ID, 10), nil, body, nil); err != nil {
		return fmt.Errorf("change a subscriber: %w", err)
	}
	if on {
		return nil
	}
	return c.move(ctx, known.ID, id, "add")
}

// Drop takes somebody off a list; out: because he wants no such mail, which is then known there too.
func (c *Client) Drop(ctx context.Context, id int64, s actions.Subscriber, out bool) error {
	known, err := c.find(ctx, s)
	if err != nil || known == nil {
		return err
	}
	if out {
		return c.move(ctx, known.ID, id, "unsubscribe")
	}
	return c.move(ctx, known.ID, id, "remove")
}

func (c *Client) move(ctx context.Context, subscriber, list int64, action string) error {
	body := map[string]any{"ids": []int64{subscriber}, "action": action, "target_list_ids": []int64{list}}
	if action == "add" {
		body["status"] = "confirmed"
	}
	if err := c.call(ctx, http.MethodPut, "/api/subscribers/lists", nil, body, nil); err != nil {
		return fmt.Errorf("%s on a list: %w", action, err)
	}
	return nil
}

// Unsubscribed returns the buyers who have unsubscribed from a list there, a page at a time, from 1.
func (c *Client) Unsubscribed(ctx context.Context, id int64, page int) (buyers []string, more bool, err error) {
	var found struct {
		Results []subscriber `json:"results"`
	}
	query := url.Values{"list_id": {strconv.FormatInt(id, 10)}, "subscription_status": {"unsubscribed"}, "order_by": {"created_at"}, "order": {"ASC"},
		"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(perPage)}}
	if err := c.call(ctx, http.MethodGet, "/api/subscribers", query, nil, &found); err != nil {
		return nil, false, fmt.Errorf("read who has unsubscribed: %w", err)
	}
	for _, s := range found.Results {
		if id, ok := s.Attribs[attribute].(string); ok && id != "" {
			buyers = append(buyers, id)
		}
	}
	return buyers, len(found.Results) == perPage, nil
}

// Forget drops what is kept of a buyer there.
func (c *Client) Forget(ctx context.Context, buyer string) error {
	var found struct {
		Results []subscriber `json:"results"`
	}
	query := "subscribers.attribs->>'" + attribute + "' = " + quoted(buyer)
	if err := c.call(ctx, http.MethodGet, "/api/subscribers", url.Values{"query": {query}, "per_page": {"all"}}, nil, &found); err != nil {
		return fmt.Errorf("find a subscriber: %w", err)
	}
	for _, s := range found.Results {
		if err := c.call(ctx, http.MethodDelete, "/api/subscribers/"+strconv.FormatInt(s.ID, 10), nil, nil, nil); err != nil {
			return fmt.Errorf("drop a subscriber: %w", err)
		}
	}
	return nil
}
