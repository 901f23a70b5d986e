package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/vault"
)

// keysCommand changes the secret that protects what is stored.
type keysCommand struct {
	Status keysStatus `cmd:"" help:"Say which secret protects how much, and when an old one may go."`
	Rotate keysRotate `cmd:"" help:"Seal with secret_key what previous_secret_key has sealed."`
}

type keysStatus struct {
	configFlags
}

// Help is the end of the command's --help.
func (keysStatus) Help() string {
	return "Secrets are called by a short hash, which gives nothing away.\n\nExample:\n  aftersale keys status"
}

// Run counts.
func (c keysStatus) Run(p *program) error {
	core, s, err := c.core(p)
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := core.KeyStatus(p.ctx, accountID)
	if err != nil {
		return explainKeys(err)
	}
	fmt.Fprintf(p.stdout, "%-20s %s  %s\n", "secret_key", r.Current.Name, values(r.Current.Values))
	for _, k := range r.Earlier {
		fmt.Fprintf(p.stdout, "%-20s %s  %s\n", "previous_secret_key", k.Name, values(k.Values))
	}
	if r.Lost > 0 {
		fmt.Fprintf(p.stdout, "%-20s %8s  %s\n", "none of them", "", values(r.Lost))
		return fmt.Errorf("%s cannot be opened: put the secret that sealed them into previous_secret_key", values(r.Lost))
	}
	fmt.Fprintln(p.stdout, keysAdvice(r, now()))
	return nil
}

// keysAdvice says what to do next.
func keysAdvice(r actions.KeyReport, now time.Time) string {
	switch {
	case len(r.Earlier) == 0:
		return "One secret protects everything. To change it: docs/operations.md, Secrets."
	case !r.Complete || r.MayGo.IsZero():
		return "Not changed yet: run `aftersale keys rotate`. Keep previous_secret_key until then."
	case now.Before(r.MayGo):
		return fmt.Sprintf("Everything stored is under secret_key. Links in mails from before open until %s: keep previous_secret_key until then.",
			r.MayGo.Format(time.RFC1123))
	}
	return "Everything is under secret_key: previous_secret_key may go."
}

type keysRotate struct {
	configFlags
}

// Help is the end of the command's --help.
func (keysRotate) Help() string {
	return "It may run beside `serve`, and be cut off at any time: run it again, and it does the rest. Every process must have both secrets by then, " +
		"as docs/operations.md says.\n\nExample:\n  aftersale keys rotate && aftersale keys status"
}

// Run seals anew.
func (c keysRotate) Run(p *program) error {
	core, s, err := c.core(p)
	if err != nil {
		return err
	}
	defer s.Close()
	bar := newProgress(p.stderr, "keys")
	done, err := core.RotateKeys(p.ctx, accountID, bar.show)
	bar.end()
	if err != nil {
		if done.Sealed > 0 {
			err = fmt.Errorf("%w; %s were sealed anew before, and the next run does the rest", explainKeys(err), values(done.Sealed))
		}
		return explainKeys(err)
	}
	fmt.Fprintf(p.stdout, "%s sealed anew.\n", values(done.Sealed))
	if done.Lost > 0 {
		return fmt.Errorf("%s cannot be opened and were left as they are: put the secret that sealed them into previous_secret_key", values(done.Lost))
	}
	return nil
}

func values(n int64) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}

// explainKeys says what to do.
func explainKeys(err error) error {
	if errors.Is(err, vault.ErrNoSecret) {
		return usagef("there is no secret_key: `openssl rand -base64 32` makes one")
	}
	return err
}
