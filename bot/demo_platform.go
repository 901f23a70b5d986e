package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/bot/demo"
)

// shopPlatform is where a connected sample shop keeps what its platform knows.
const shopPlatform = "hotmart.json"

// sampleNight is how long a refund takes on the sample platform, which on the real one happens in the next night.
const sampleNight = 20 * time.Second

// A samplePlatform is the commerce platform of `demo --hotmart`: package fake on a port of the loopback, with the sample's own
// sales. The bot knows no more of it than of the real one: an address and a credential.
type samplePlatform struct {
	fake   *fake.Server
	url    string // of its API
	secret Secret
	hottok Secret
	file   string
	outbox string
	log    *slog.Logger

	listener net.Listener
	server   *http.Server
	stop     context.CancelFunc
	over     sync.WaitGroup

	mu    sync.Mutex
	pages string // where its pages are, without a slash at the end; empty: nowhere yet
	saved []byte
}

// openSamplePlatform starts the platform of the shop in a folder, and fills it at the first time. It runs until close.
func openSamplePlatform(ctx context.Context, dir string, log *slog.Logger) (*samplePlatform, error) {
	p := &samplePlatform{secret: Secret(newID()), hottok: Secret(newID()), file: filepath.Join(dir, shopPlatform), outbox: filepath.Join(dir, shopOutbox), log: log}
	p.fake = fake.New(fake.Options{
		Now: now, ClientSecret: p.secret.Reveal(), Hottok: p.hottok.Reveal(), Mail: p.mail, Log: log,
		Night: func(asked time.Time) time.Time { return asked.Add(sampleNight) },
		Facts: fake.Facts{WithdrawalTells: true},
	})
	if err := p.load(); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the sample platform: %w", err)
	}
	p.listener, p.url = l, "http://"+l.Addr().String()
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: 10 * time.Second}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.over.Go(func() { _ = p.server.Serve(l) }) // it ends when it is closed
	p.over.Go(func() { p.live(ctx) })
	return p, nil
}

// config is how the bot is told of the platform.
func (p *samplePlatform) config() HotmartConfig {
	return HotmartConfig{Enabled: true, ClientID: "client", ClientSecret: p.secret, Hottok: p.hottok, APIURL: p.url, AuthURL: p.url}
}

// serve answers a call, and keeps what it changed before the caller hears of it.
func (p *samplePlatform) serve(w http.ResponseWriter, r *http.Request) {
	p.fake.ServeHTTP(w, r)
	if r.Method != http.MethodGet {
		p.save()
	}
}

// live lets time pass there, and sends the webhooks.
func (p *samplePlatform) live(ctx context.Context) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-second.C:
			p.fake.Tick()
			p.fake.Deliver(ctx)
			p.save()
		}
	}
}

// load reads what the platform knew, or fills it with the sample.
func (p *samplePlatform) load() error {
	body, err := os.ReadFile(p.file)
	switch {
	case err == nil:
		return p.fake.Load(body)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s cannot be read: %w", p.file, cause(err))
	}
	if err := seedSample(p.fake, now()); err != nil {
		return err
	}
	for _, a := range demo.Attendees {
		if err := p.fake.CheckIn(p.fake.Tickets(string(a.Transaction))[a.Ticket-1].ID, a.Name, a.Email); err != nil {
			return fmt.Errorf("sample platform: ticket of %s: %w", a.Transaction, err)
		}
	}
	p.fake.Tick()
	p.fake.Forget() // what was due before the sample begins was told before
	p.save()
	return nil
}

// save keeps what the platform knows. A file is whole or the one from before.
func (p *samplePlatform) save() {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, err := p.fake.Save()
	if err == nil && bytes.Equal(body, p.saved) {
		return
	}
	if err == nil {
		err = writeWhole(p.file, body)
	}
	if err != nil {
		p.log.Warn("the sample platform could not be kept", "err", err)
		return
	}
	p.saved = body
}

// writeWhole writes a file that only this user reads, or leaves the one from before.
func writeWhole(path string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keep-*")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// connect has the platform send its webhooks to the bot, and its mails lead to its pages, both on the console's address.
func (p *samplePlatform) connect(base string) {
	p.mu.Lock()
	p.pages = base
	p.mu.Unlock()
	p.fake.Post(base + "/webhooks/hotmart")
}

// disconnect keeps webhooks from being sent to a bot that is stopping: they wait for its next start.
func (p *samplePlatform) disconnect() { p.fake.Post("") }

// areas are the sample's products with their members areas on the sample platform.
func (p *samplePlatform) areas(products []byte) []byte {
	return bytes.ReplaceAll(products, []byte("https://aulas.cozinha-da-ana.example/"), []byte("https://"+clubSubdomain+".club.hotmart.com/"))
}

// routes adds the platform's own pages, which are shown under these names alone: a page of somewhere else, whose name leads here,
// reads nothing.
func (p *samplePlatform) routes(mux *http.ServeMux, hosts []string) {
	pages := p.fake.Site()
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err != nil && !slices.Contains(hosts, r.Host) || err == nil && !slices.Contains(hosts, host) {
			http.Error(w, "not under this name", http.StatusMisdirectedRequest)
			return
		}
		pages.ServeHTTP(w, r)
		if r.Method != http.MethodGet {
			p.save()
		}
	})
	mux.Handle("/panel", site)
	mux.Handle("/panel/", site)
	mux.Handle("/accept/", site)
}

// close ends the platform. It keeps what it knows.
func (p *samplePlatform) close() error {
	p.stop()
	err := p.server.Close()
	p.over.Wait()
	p.save()
	return err
}
