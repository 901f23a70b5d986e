package terminal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
)

var _ flow.FilePoster = (*Adapter)(nil)

// PostFile writes the file into the folder for files and says where it is. A file that is there already stays as it is.
func (a *Adapter) PostFile(_ context.Context, chat string, f flow.File) (bool, error) {
	path, err := save(a.Files, f.SafeName(), f.Body)
	if err != nil {
		return false, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.post(posted{a.id(), chat, flow.Shown{Kind: "notice", Title: f.Caption, Body: []string{"⤓ " + path}, Ended: true}})
	return false, a.broken
}

// maxCopies is how many files of one name there may be.
const maxCopies = 1000

// save writes a file that nobody else can read, under its name or that name with a number: it never writes over anything,
// nor outside of the folder.
func save(folder, name string, body []byte) (string, error) {
	if folder == "" {
		folder = "."
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	end := filepath.Ext(name)
	for n := 1; n <= maxCopies; n++ {
		path := filepath.Join(folder, name)
		if n > 1 {
			path = filepath.Join(folder, fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, end), n, end))
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- without folders, in a folder of the operator's; never over another file
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(body)
		if err = errors.Join(err, f.Close()); err != nil {
			return "", errors.Join(err, os.Remove(path))
		}
		return path, nil
	}
	return "", fmt.Errorf("%s has %d files called %s", folder, maxCopies, name)
}
