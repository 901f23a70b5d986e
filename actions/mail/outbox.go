package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	netmail "net/mail"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// An Outbox writes each mail as a file that mail programs open: "<id>.eml". Sending a mail twice leaves one file, and
// a file is either whole or not there, whenever the power goes.
type Outbox struct {
	from *netmail.Address
	dir  string
	temp func(dir string) (tempFile, error)
}

// temporary is what a mail's file is called until it is whole.
const temporary = ".mail-*"

// A tempFile is what a mail is written to before it gets its name.
type tempFile interface {
	io.WriteCloser
	Name() string
	Sync() error
}

func newOutbox(from *netmail.Address, dir string) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { // mails hold names and addresses
		return nil, fmt.Errorf("mail.outbox_dir: %w", err)
	}
	o := &Outbox{from: from, dir: dir, temp: func(dir string) (tempFile, error) { return os.CreateTemp(dir, temporary) }}
	o.sweep()
	f, err := o.temp(dir) // better now than with the first refund
	if err != nil {
		return nil, fmt.Errorf("mail.outbox_dir: cannot write there: %w", err)
	}
	return o, errors.Join(f.Close(), os.Remove(f.Name()))
}

// sweep removes what killed processes left half written. Younger files may be another process's work.
func (o *Outbox) sweep() {
	left, _ := filepath.Glob(filepath.Join(o.dir, temporary)) // only a wrong pattern is an error
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(path) // the next start tries again
		}
	}
}

// Send writes a mail into the folder.
//
// Errors: Unavailable when the disk is full or cannot be written; then the folder is as it was.
func (o *Outbox) Send(ctx context.Context, m actions.Message) error {
	if err := ctx.Err(); err != nil {
		return &actions.Error{Code: actions.Unavailable, Key: "mail.unavailable", Err: err}
	}
	msg, err := compose(o.from, m)
	if err != nil {
		return err
	}
	if err := o.write(m.ID+extension, msg); err != nil {
		if errors.Is(err, syscall.ENOSPC) {
			err = fmt.Errorf("the disk of %s is full; free some space and the mail will be written: %w", o.dir, err)
		}
		return &actions.Error{Code: actions.Unavailable, Key: "mail.unavailable", Err: fmt.Errorf("outbox: %w", err)}
	}
	return nil
}

// write makes the file durable before it gets its name, and the name durable before it returns.
func (o *Outbox) write(name string, content io.WriterTo) (err error) {
	f, err := o.temp(o.dir)
	if err != nil {
		return err
	}
	if _, err = content.WriteTo(f); err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(o.dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(o.dir)
}

// syncDir makes a new name durable; Windows has no such call for folders and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) // #nosec G304 -- the operator's outbox_dir
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
