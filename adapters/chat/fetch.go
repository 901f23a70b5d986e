package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

const (
	// fetchTimeout is how long the files of one message may take together.
	fetchTimeout = 60 * time.Second
	// maxFetched is how many files of one message are fetched: each is held in memory until it is kept.
	maxFetched = 10
)

// An Attached is a file of a message, as the platform tells of it.
type Attached struct {
	Name string
	Size int64 // bytes, as the platform says
	URL  string
}

// A Fetcher downloads files from the addresses that a platform names in its messages. It is a flow.Offer.
type Fetcher struct {
	Client *http.Client
	Hosts  []string // from where, such as "https://files.slack.com"; everything else is refused
	Token  string   // that goes along; empty: none
	Files  []Attached
	Lost   func(error) // is told why a file could not be had; the error holds no address and no token
}

// Fetch downloads the files. What is larger than flow.MaxOffered is not fetched, or not to its end.
func (f Fetcher) Fetch(ctx context.Context) []flow.Offered {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	all := make([]flow.Offered, len(f.Files))
	for i, file := range f.Files {
		all[i] = flow.Offered{Name: file.Name, Size: file.Size}
		if file.Size > flow.MaxOffered {
			continue
		}
		body, err := []byte(nil), errTooMany
		if i < maxFetched {
			body, err = f.get(ctx, file.URL)
		}
		if err != nil {
			f.Lost(err)
			all[i].Lost = true
			continue
		}
		all[i].Body, all[i].Size = body, int64(len(body))
	}
	return all
}

var (
	errTooMany = errors.New("file: too many in one message")
	errAddress = errors.New("file: the address is none of the platform's")
)

func (f Fetcher) get(ctx context.Context, address string) ([]byte, error) {
	to, err := url.Parse(address)
	if err != nil || to.User != nil || !slices.Contains(f.Hosts, to.Scheme+"://"+to.Host) {
		return nil, errAddress
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errAddress
	}
	if f.Token != "" {
		q.Header.Set("Authorization", "Bearer "+f.Token)
	}
	client := *f.Client
	client.Timeout = fetchTimeout
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // who knows where to
	answer, err := client.Do(q)
	if err != nil {
		var around *url.Error
		if errors.As(err, &around) {
			err = around.Err // without the address, which may be a secret of its own
		}
		return nil, fmt.Errorf("file: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("file: status %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, flow.MaxOffered+1))
	if err != nil {
		return nil, fmt.Errorf("file: %w", err)
	}
	return body, nil
}

// Origin is the scheme and host of an address, as Fetcher.Hosts holds them.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
