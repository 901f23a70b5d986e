package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

const (
	// maxUpload is how many bytes of a form with a file are read: of what is a little too large it can be said, in the chat, what goes.
	maxUpload = 3 * actions.MaxFile
	// uploadMemory is how much of it is held in memory; the rest is in a temporary file that is removed with the request.
	uploadMemory = 1 << 20
)

// upload takes a file that a buyer sends in his private chat, or that somebody of the team puts into the thread of a message.
func (a *Adapter) upload(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(uploadMemory); err != nil { // #nosec G120 -- the guard bounds the body: maxUpload
		var tooLarge *http.MaxBytesError
		if !errors.As(err, &tooLarge) {
			err = errMalformed
		}
		a.refuse(w, err)
		return
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // the system clears its temporary folder too
	g, err := a.decode(r)
	below := err == nil && r.PostForm.Get("message") != ""
	switch {
	case below:
		err = a.belowOf(&g, r)
	case err == nil && g.pane != Buyer:
		err = errMalformed
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	sent, err := fileIn(r)
	if errors.Is(err, http.ErrMissingFile) { // nothing was chosen
		a.answer(w, r, g, outcome{})
		return
	}
	if err != nil {
		a.refuse(w, errMalformed)
		return
	}
	if id := r.PostForm.Get("id"); id != "" && len(id) <= maxToken {
		g.in.ID = delivery(g.pane, g.user.ID, g.in.Below+"file"+id, sent.Name)
	}
	said, err := a.echo(r.Context(), g, "📎 "+chat.Clean(actions.FileName(sent.Name)))
	if err != nil {
		a.fail(w, r, g, err)
		return
	}
	g.in.Input = sent
	if below {
		g.in.Input = flow.Remark{Files: &flow.Files{{Name: sent.Name, Body: sent.Body, Size: sent.Size}}}
	}
	a.handle(w, r, g, said)
}

// fileIn reads the file of a form. The content of one that is too large is not read.
func fileIn(r *http.Request) (flow.Sent, error) {
	f, header, err := r.FormFile("file")
	if err != nil {
		return flow.Sent{}, err
	}
	defer f.Close()
	sent := flow.Sent{Name: header.Filename, Size: header.Size}
	if header.Size <= actions.MaxFile {
		sent.Body, err = io.ReadAll(f)
	}
	return sent, err
}
