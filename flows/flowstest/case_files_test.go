package flowstest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// offers puts files beside the next remark.
func offers(w *world, files ...actions.TeamFile) *counted {
	for i, f := range files {
		files[i].Size = max(f.Size, int64(len(f.Body)))
	}
	c := &counted{files: files}
	w.offered = c
	return c
}

// counted counts how often files are fetched.
type counted struct {
	files []actions.TeamFile
	n     int
}

func (c *counted) Fetch(context.Context) []actions.TeamFile { c.n++; return c.files }

// The team puts files below the card, and one of them goes to the buyer: only what was ticked, and shown, in each language.
func TestFilesToTheBuyer(t *testing.T) {
	t.Parallel()
	for locale, s := range map[string]struct {
		topic, reply, without, with, send string
		asked, refused, caption, more     string
	}{
		"en":    {"Something else", "Reply to buyer", "No file", "Go on", "Send", "Shall a file go along?", "page.html: files of this kind are not taken", "guide.pdf, from the team", "Show more"},
		"pt-BR": {"Outro assunto", "Responder ao comprador", "Nenhum arquivo", "Continuar", "Enviar", "Algum arquivo vai junto?", "page.html: arquivos desse tipo não são aceitos", "guide.pdf, enviado pela equipe", "Mostrar mais"},
		"es":    {"Otro tema", "Responder al comprador", "Ningún archivo", "Continuar", "Enviar", "¿Va algún archivo con la respuesta?", "page.html: no se aceptan archivos de este tipo", "guide.pdf, enviado por el equipo", "Mostrar más"},
	} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			w := open(t, parseGiven(t, []byte(strings.Replace(threadWorld, "locale: en", "locale: "+locale, 1))))
			remarks(t, w, "james> /case My link does not work, what now?")
			remarks(t, w, "james> ["+s.topic+"]")

			offers(w, actions.TeamFile{Name: "guide.pdf", Body: []byte("%PDF-1.7")}, actions.TeamFile{Name: "page.html", Body: []byte("<html>")})
			said := remarks(t, w, "ana> #approvals: The guide")
			has(t, said, s.refused, "! audit Ana case.file_added #1001", "! audit Ana case.noted #1001")
			if strings.Contains(said, "(file)") {
				t.Errorf("a file went out by itself:\n%s", said)
			}
			for i := range 6 {
				offers(w, actions.TeamFile{Name: fmt.Sprintf("map%d.png", i), Body: picture})
				has(t, remarks(t, w, "ana> #approvals: "), "case.file_added")
			}
			w.offered = nil

			// Without: nothing goes.
			remarks(t, w, "ana> #approvals ["+s.reply+"]")
			has(t, remarks(t, w, "ana> Try again, please."), s.asked, "map5.png")
			remarks(t, w, "ana> ["+s.without+"]")
			said = remarks(t, w, "ana> ["+s.send+"]")
			if has(t, said, "! audit Ana case.replied"); strings.Contains(said, "(file)") || strings.Contains(said, "files_sent") {
				t.Errorf("without a file, one went:\n%s", said)
			}

			// One that is ticked, from further down the list.
			remarks(t, w, "ana> #approvals ["+s.reply+"]")
			said = remarks(t, w, "ana> Here is the guide.")
			if strings.Contains(said, "guide.pdf ·") {
				t.Errorf("all at once:\n%s", said)
			}
			said = remarks(t, w, "ana> ["+s.more+"]")
			has(t, said, "guide.pdf ·")
			label := said[strings.Index(said, "[guide.pdf ·")+1:]
			label = label[:strings.Index(label, "]")]
			has(t, remarks(t, w, "ana> ["+label+"]"), "✓ guide.pdf", "📎 guide.pdf")
			has(t, remarks(t, w, "ana> ["+s.with+"]"), "Here is the guide.", "📎 guide.pdf")
			said = remarks(t, w, "ana> ["+s.send+"]")
			has(t, said, "! audit Ana case.replied #1001", "! audit Ana case.files_sent #1001", s.caption, "(file) guide.pdf, application/pdf", "Here is the guide.")
			if n := strings.Count(said, "(file)"); n != 1 {
				t.Errorf("%d files went:\n%s", n, said)
			}
		})
	}
}

// Files of strangers, and below what is no card, are not even fetched.
func TestFilesThatNobodyWants(t *testing.T) {
	t.Parallel()
	w, c := asked(t)
	files := offers(w, actions.TeamFile{Name: "x.pdf", Body: []byte("%PDF-1.7")})
	has(t, remarks(t, w, "james> #approvals: look"), "not recorded")
	in := flow.Inbound{ID: "1", Platform: platform, Chat: room, Direct: "@ana", User: "ana", Shared: true, Below: "999", Input: flow.Remark{Text: "hello", Files: files}}
	if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@ana"}); err != nil {
		t.Fatal(err)
	}
	if said := c.take(); len(said) > 0 || files.n > 0 {
		t.Errorf("fetched %d times; said %q", files.n, said)
	}
	if has(t, remarks(t, w, "ana> #approvals: mine"), "case.file_added"); files.n != 1 {
		t.Errorf("fetched %d times", files.n)
	}
}
