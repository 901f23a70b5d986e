package adaptertest

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/flows/flow"
)

// received is what the harness sees of files.
func received(h Harness, user string) []SeenFile { return h.(Receiver).Received(user) }

// give hands a file to somebody as the engine does.
func (s *stage) give(user string, f flow.File) {
	s.Helper()
	files, ok := s.Poster().(flow.FilePoster)
	if !ok {
		s.Fatalf("%T takes no files", s.Poster())
	}
	if _, err := files.PostFile(s.Context(), s.Chat(user), f); err != nil {
		s.Fatal(err)
	}
}

func fileForOne(s *stage) {
	body := []byte("At,Who\r\n2026-03-10,Ana\r\n\x00\xff not text at all")
	s.give(s.ana, flow.File{ID: "01JDTESTFILE", Name: "audit.csv", MIME: "text/csv", Body: body, Caption: "Audit log", Locale: "en"})
	picture := append([]byte("\x89PNG\r\n\x1a\n"), body...)
	s.give(s.ana, flow.File{ID: "01JDTESTCODE", Name: "code.png", MIME: "image/png", Body: picture, Caption: "Scan this", Locale: "en"})
	want := []SeenFile{{Name: "audit.csv", Caption: "Audit log", Body: body}, {Name: "code.png", Caption: "Scan this", Body: picture}}
	if d := cmp.Diff(want, received(s.Harness, s.ana)); d != "" {
		s.Errorf("what ana got (-given +got)\n%s", d)
	}
	if slices.Contains(s.Can(), ManyPeople) {
		if got := received(s.Harness, s.bia); len(got) > 0 {
			s.Errorf("somebody else has %+v", got)
		}
	}
	if !slices.Contains(s.Can(), Rooms) {
		return
	}
	for _, m := range s.SeeRoom(s.bia) {
		if strings.Contains(m.Text(), "audit") || strings.Contains(m.Text(), "Scan") {
			s.Errorf("the room reads of it: %q", m.Text())
		}
	}
}

// fileName hands over a name that has not been made safe, as a mistake of ours would. Nothing but a name may arrive.
func fileName(s *stage) {
	files := s.Poster().(flow.FilePoster)
	for _, name := range []string{"../../etc/passwd", `..\..\evil.bat`, "/etc/cron.d/x", "a\r\nSet-Cookie: x=1.csv", `a"; filename="b.exe`} {
		_, err := files.PostFile(s.Context(), s.Chat(s.ana), flow.File{ID: "01JDTESTFILE", Name: name, MIME: "text/csv", Body: []byte("x"), Caption: "A file"})
		if err != nil {
			continue // refused: as good
		}
	}
	for _, f := range received(s.Harness, s.ana) {
		if f.Name != filepath.Base(f.Name) || strings.ContainsAny(f.Name, "/\\\r\n\"") || strings.Contains(f.Name, "..") || !bytes.Equal(f.Body, []byte("x")) {
			s.Errorf("a file arrived as %q with %q", f.Name, f.Body)
		}
	}
}

// files compares the files that people have with those of the rehearsal, by their names and captions: what is in them may
// hold ids that the world made.
func (p *theatre) files() {
	p.Helper()
	if !p.has(Files) {
		return
	}
	if !p.has(ManyPeople) { // one keyboard has everybody's, in one folder: names that are taken get a number
		var want, got []string
		for _, name := range slices.Concat(p.team, p.others) {
			if p.world.Away(name) {
				continue
			}
			for _, f := range p.book.Files(name) {
				want = append(want, f.Caption)
			}
		}
		for _, f := range received(p.Harness, p.User(p.actor)) {
			got = append(got, f.Caption)
		}
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			p.Errorf("the files (-rehearsal +platform)\n%s", d)
		}
		return
	}
	for _, name := range p.watched() {
		if d := cmp.Diff(given(p.book.Files(name)), names(received(p.Harness, p.User(name)))); d != "" {
			p.Errorf("the files of %s (-rehearsal +platform)\n%s", name, d)
		}
	}
}

func given(files []flow.File) (all []string) {
	for _, f := range files {
		all = append(all, f.Name+": "+f.Caption)
	}
	return all
}

func names(files []SeenFile) (all []string) {
	for _, f := range files {
		all = append(all, f.Name+": "+f.Caption)
	}
	return all
}
