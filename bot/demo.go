package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/adapters/web"
	"github.com/aftersale/aftersale/bot/demo"
	"github.com/aftersale/aftersale/store"
)

// demoCommand runs everything in one process, with nothing outside of it.
type demoCommand struct {
	Listen  string `help:"Address of the web console." default:"127.0.0.1:8080"`
	Data    string `help:"Keep database and mails in this folder, and go on there at the next start; otherwise a temporary folder." placeholder:"DIR"`
	Hotmart bool   `help:"Put the shop on a sample platform that stands in for Hotmart, and connect the bot to it as to the real one."`
}

// Help is the end of the command's --help.
func (demoCommand) Help() string {
	return "Anybody who reaches the address may sit at any of the three keyboards: leave it on this machine.\n\n" +
		"Example:\n  aftersale demo\n  aftersale demo --listen 127.0.0.1:9000 --data ./shop\n  aftersale demo --hotmart"
}

// Run serves the demo until it is told to stop.
func (c demoCommand) Run(p *program) (err error) {
	// The address comes first: whoever opens it early waits in the listener's queue until the shop is there.
	l, err := listen(p.ctx, c.Listen, "--listen")
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Fprintf(p.stdout, "Aftersale: %s\n", consoleAddress(l))

	s, err := openShopOn(p.ctx, c.Data, spoken(p.getenv), c.Hotmart, p.quiet())
	if err != nil {
		return err
	}
	defer s.cleanUp()
	a, err := newApp(p.ctx, s.config, s.store, p.quiet())
	if err != nil {
		return errors.Join(err, s.store.Close())
	}
	defer func() { err = errors.Join(err, a.close()) }()
	users, err := consoleUsers(p.ctx, s.store)
	if err != nil {
		return err
	}
	a.publicURL = strings.TrimSuffix(consoleAddress(l), "/c/")
	hosts := consoleHosts(l)
	console := a.newConsole(users, hosts)
	if err := a.startJobs(p.ctx, 0); err != nil {
		return err
	}
	mux := http.NewServeMux()
	console.Routes(mux)
	a.pages().Routes(mux)
	if s.platform != nil {
		a.inboundRoutes(mux)
		s.platform.routes(mux, hosts)
		s.platform.connect(a.publicURL)
		stop := context.AfterFunc(p.ctx, s.platform.disconnect)
		defer stop()
		fmt.Fprintf(p.stdout, "The sample platform stands in for Hotmart. Its panel: %s/panel\nA refund is requested there and happens “at night”: here, %v later.\n", a.publicURL, sampleNight)
	}
	mux.Handle("GET /{$}", http.RedirectHandler("/c/", http.StatusFound))
	server := newServer(mux, a.probes(), a.metrics, p.quiet())
	server.RegisterOnShutdown(console.Close) // its event streams would never end by themselves
	if c.Data == "" {
		fmt.Fprintln(p.stdout, "Everything is in a temporary folder and goes away when you stop it with Ctrl-C.")
	} else {
		fmt.Fprintf(p.stdout, "Everything is kept in %s. Stop it with Ctrl-C.\n", c.Data)
	}
	return serveHTTP(p.ctx, server, l, p.quiet())
}

// consoleAddress is what a browser on this machine opens.
func consoleAddress(l net.Listener) string {
	at := l.Addr().(*net.TCPAddr)
	host := at.IP.String()
	if at.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("http://%s/c/", net.JoinHostPort(host, fmt.Sprint(at.Port)))
}

// consoleHosts are the names under which the console may be opened: those of the loopback, and the address that it was
// told to listen on.
func consoleHosts(l net.Listener) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1", "[::1]"}
	if ip := l.Addr().(*net.TCPAddr).IP; !ip.IsUnspecified() && !slices.Contains(hosts, ip.String()) {
		hosts = append(hosts, ip.String())
	}
	return hosts
}

// consoleUsers seats the sample's people: the producer at the creator's pane, the rest of the team at the team's, and
// some buyers at theirs. Each is known there from the start, as an administrator would have made him known.
func consoleUsers(ctx context.Context, s *store.Store) (map[web.Pane][]web.User, error) {
	users := map[web.Pane][]web.User{}
	err := s.Tx(ctx, func(tx *store.Store) error {
		people, err := tx.People(accountID)
		if err != nil {
			return err
		}
		for _, member := range demo.Team {
			i := slices.IndexFunc(people, func(p store.Person) bool { return p.Name == member.Name })
			if i < 0 {
				continue // removed since
			}
			pane := web.Team
			if member.Role == actions.Producer {
				pane = web.Creator
			}
			u := web.User{ID: member.ID, Name: member.Name, Role: people[i].Role}
			users[pane] = append(users[pane], u)
			if err := tx.PutIdentity(consoleIdentity(pane, u, people[i].ID)); err != nil {
				return err
			}
		}
		for _, guest := range demo.Buyers {
			u := web.User{ID: guest.ID, Name: guest.Name, Role: string(actions.BuyerRole), Locale: guest.Locale}
			users[web.Buyer] = append(users[web.Buyer], u)
			if err := seatGuest(tx, u, guest.Email); err != nil {
				return err
			}
		}
		return nil
	})
	return users, err
}

func consoleIdentity(pane web.Pane, u web.User, person string) store.Identity {
	return store.Identity{
		ID: newID(), AccountID: accountID, Platform: pane.Platform(), UserID: u.ID, PersonID: person, Chat: pane.Chat(u.ID),
		CreatedAt: now(),
	}
}

// seatGuest links a user of the buyers' pane to the buyer with that address.
func seatGuest(tx *store.Store, u web.User, email actions.Email) error {
	if err := tx.MeetIdentity(consoleIdentity(web.Buyer, u, "")); err != nil {
		return err
	}
	who, err := tx.WhoIs(accountID, web.Buyer.Platform(), u.ID)
	if err != nil {
		return err
	}
	b, err := tx.BuyerByEmail(accountID, email.Key())
	if isNotFound(err) {
		return nil // his address was changed since; what he was linked to then stays
	}
	if err != nil {
		return err
	}
	return tx.LinkBuyer(store.IdentityBuyer{IdentityID: who.Identity.ID, BuyerID: b.ID, AccountID: accountID, CreatedAt: now()})
}
