package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// privacyCommand answers what privacy law asks for, by the address of a buyer.
type privacyCommand struct {
	Export privacyExport `cmd:"" help:"Write out all that is kept of one buyer, as JSON."`
	Erase  privacyErase  `cmd:"" help:"Erase one buyer; the books and the audit log stay right."`
}

type privacyExport struct {
	configFlags
	Email string `required:"" help:"Address of the buyer." placeholder:"ADDRESS"`
	Files string `help:"Folder into which the files of the buyer's questions are written, too." placeholder:"DIR"`
}

// Help is the end of the command's --help.
func (privacyExport) Help() string {
	return "The audit log says that it was done. The file holds personal data: give it to nobody but its owner.\n\n" +
		"Example:\n  aftersale privacy export --email maria@example.com --files maria > maria.json"
}

// Run writes the file out.
func (c privacyExport) Run(p *program) error {
	core, s, err := c.core(p)
	if err != nil {
		return err
	}
	defer s.Close()
	out, err := core.ExportBuyer(p.ctx, accountID, actions.Email(c.Email))
	if err != nil {
		return explainPrivacy(c.Email, err)
	}
	if c.Files != "" {
		if err := c.writeFiles(p, core); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", out)
	return err
}

// writeFiles writes the files out, for nobody else on this machine to read.
func (c privacyExport) writeFiles(p *program, core *actions.Core) error {
	if err := os.MkdirAll(c.Files, 0o700); err != nil {
		return fmt.Errorf("--files: %w", err)
	}
	return core.ExportBuyerFiles(p.ctx, accountID, actions.Email(c.Email), func(name string, body []byte) error {
		if err := os.WriteFile(filepath.Join(c.Files, name), body, 0o600); err != nil {
			return fmt.Errorf("--files: %w", err)
		}
		return nil
	})
}

type privacyErase struct {
	configFlags
	Email string `required:"" help:"Address of the buyer." placeholder:"ADDRESS"`
}

// Help is the end of the command's --help.
func (privacyErase) Help() string {
	return "Name, address, chats, conversations, mails and payloads of webhooks go; purchases with their amounts, times and decisions stay, without " +
		"the person. It cannot be taken back. In a terminal it asks first; from a script it does not. What the commerce platform keeps must be erased " +
		"there, or its next event brings him back.\n\nExample:\n  aftersale privacy erase --email maria@example.com"
}

// Run erases, after asking whoever sits at a terminal.
func (c privacyErase) Run(p *program) error {
	core, s, err := c.core(p)
	if err != nil {
		return err
	}
	defer s.Close()
	if isTerminal(p.stdin) {
		fmt.Fprintf(p.stderr, "This cannot be taken back. Type the address again to erase %s: ", c.Email)
		line, _ := bufio.NewReader(p.stdin).ReadString('\n')
		if !strings.EqualFold(strings.TrimSpace(line), strings.TrimSpace(c.Email)) {
			return errors.New("nothing was erased: that was another address")
		}
	}
	done, err := core.EraseBuyer(p.ctx, accountID, actions.Email(c.Email))
	if err != nil {
		return explainPrivacy(c.Email, err)
	}
	fmt.Fprintf(p.stdout, "Erased. What is left is buyer %s: %s without a person.\n", done.Buyer, plural(done.Purchases, "purchase"))
	fmt.Fprintf(p.stdout, "Gone: %s, %s, %s of webhooks, names and notes in %s of the audit log.\n", plural(done.Conversations, "conversation"),
		plural(done.Mails, "mail"), plural(done.Deliveries, "payload"), entries(int64(done.Entries)))
	return nil
}

// core opens the database and puts together what privacy needs: nothing that talks to anybody.
func (c configFlags) core(p *program) (*actions.Core, *store.Store, error) {
	config, s, err := c.openMigrated(p)
	if err != nil {
		return nil, nil, err
	}
	secrets, err := newVault(config)
	if err != nil {
		_ = s.Close()
		return nil, nil, err
	}
	return actions.New(actions.Options{
		Store: s, Commerce: newCommerce(config, s, p.log).Commerce, Policy: config.Policy, Now: now, NewID: newID, Log: p.log, Vault: secrets,
	}), s, nil
}

// explainPrivacy says in the operator's language what the actions say by key.
func explainPrivacy(email string, err error) error {
	var e *actions.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Code == actions.Invalid:
		return usagef("%q is no e-mail address", email)
	case e.Key == "privacy.nobody":
		return fmt.Errorf("nobody with the address %s is known", email)
	case e.Key == "privacy.under_way":
		return fmt.Errorf("something of %s is under way: a proposal that waits, or a request that is not finished. Decide it, or wait for it, and try again", email)
	}
	return err
}
