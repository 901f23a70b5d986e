package actions_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// puts has somebody put files below the card of a case.
func (w *world) puts(who actions.Actor, key, id, text string, files ...actions.TeamFile) (actions.Remarked, error) {
	return w.core.RemarkCase(w.t.Context(), who, actions.RemarkInput{Key: key, Case: id, Text: text, Files: files})
}

func teamFile(name string, body []byte) actions.TeamFile {
	return actions.TeamFile{Name: name, Body: body, Size: int64(len(body))}
}

func (w *world) teamFiles(id string) []actions.CaseFile {
	w.t.Helper()
	all, err := w.core.TeamFiles(w.t.Context(), w.ana, id)
	w.must(err)
	return all
}

func (w *world) deliveries() (ids []string) {
	for _, line := range w.noted() {
		if id, ok := strings.CutPrefix(line, "file "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestFilesOfTheTeam(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		c := w.asks(w.marina, "k1", actions.TopicOther, "")

		// What is kept, what is not, and who may.
		_, err := w.puts(w.marina, "p1", c.ID, "", teamFile("x.pdf", aPDF))
		wantError(t, err, actions.Denied, "error.role")
		out, err := w.puts(w.ana, "p2", c.ID, "The new guide", teamFile("Guia.exe", aPDF), teamFile("page.html", []byte("<html>")),
			actions.TeamFile{Name: "film.mp4", Size: actions.MaxFile + 1}, actions.TeamFile{Name: "away.png", Lost: true})
		w.must(err)
		equal(t, "refused", fmt.Sprint(out.Refused), "[{page.html kind} {film.mp4 too_large} {away.png lost}]")
		for range 2 { // a delivery that comes twice
			_, err = w.puts(w.ana, "p3", c.ID, "", teamFile("map.png", aPNG))
			w.must(err)
		}
		none, err := w.puts(w.ana, "p4", c.ID, "", teamFile("x.zip", []byte("PK\x03\x04 an archive")))
		w.must(err)
		if none.Note != "" || len(none.Refused) != 1 {
			t.Errorf("of nothing that is kept: %+v", none)
		}
		files := w.teamFiles(c.ID)
		equal(t, "files", len(files), 2)
		said, err := w.core.CaseMessages(ctx, w.ana, c.ID, "", 10)
		w.must(err)
		equal(t, "notes", []string{said[0].Text, said[1].Text}, []string{"📎 map.png", "The new guide\n📎 Guia.pdf"})
		if mine, err := w.core.CaseMessages(ctx, w.marina, c.ID, "", 10); err != nil || len(mine) != 1 {
			t.Errorf("the buyer reads %+v, %v", mine, err)
		}
		_, err = w.core.TeamFiles(ctx, w.marina, c.ID)
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.TeamFiles(ctx, w.ana, "nothing")
		wantError(t, err, actions.NotFound, "case.not_found")

		// Only what the team put into this very case goes out.
		_, err = w.sends(w.marina, "u1", "", "mine.png", aPNG)
		w.must(err)
		_, err = w.core.AddToCase(ctx, w.marina, actions.AddToCaseInput{Key: "u2", Case: c.ID, Text: "See."})
		w.must(err)
		other := w.asks(w.paulo, "k2", actions.TopicOther, "")
		_, err = w.puts(w.ana, "p5", other.ID, "", teamFile("secret.pdf", aPDF))
		w.must(err)
		var own string
		w.must(s.In(ctx).Tx(ctx, func(tx *store.Store) error {
			all, err := tx.CaseFiles(c.ID, 10)
			for _, f := range all {
				if f.Author == "" {
					own = f.ID
				}
			}
			return err
		}))
		reply := func(key, id string, files ...string) error {
			_, err := w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: key, Case: id, Text: "Here it is.", Files: files})
			return err
		}
		for key, id := range map[string]string{"r1": own, "r2": w.teamFiles(other.ID)[0].ID, "r3": "nothing"} {
			wantError(t, reply(key, c.ID, files[0].ID, id), actions.Conflict, "case_file.reply_gone")
		}
		wantError(t, reply("r4", c.ID, "1", "2", "3", "4", "5", "6"), actions.Invalid, "case_file.reply_many")
		w.work()
		if sent := w.deliveries(); len(sent) > 0 {
			t.Errorf("a refused reply sent %v", sent)
		}

		// They come into his chat, once.
		for range 2 {
			w.must(reply("r5", c.ID, files[0].ID, files[1].ID, files[0].ID))
		}
		w.work()
		sent := w.deliveries()
		equal(t, "deliveries", len(sent), 2)
		var names []string
		for _, id := range sent {
			f, body, err := w.core.OpenFile(ctx, id)
			w.must(err)
			names = append(names, f.Name)
			if f.Identity != "i-marina" || !bytes.Equal(body, aPNG) && !bytes.Equal(body, aPDF) {
				t.Errorf("delivered %+v", f)
			}
			if may, err := w.core.MayReceive(ctx, w.marina, f); err != nil || !may {
				t.Errorf("he may not have it: %v", err)
			}
			if may, _ := w.core.MayReceive(ctx, w.paulo, f); may {
				t.Error("somebody else may have it")
			}
		}
		slices.Sort(names)
		equal(t, "names", names, []string{"Guia.pdf", "map.png"})
		mine, err := w.core.CaseMessages(ctx, w.marina, c.ID, "", 1)
		w.must(err)
		if !strings.Contains(mine[0].Text, "Here it is.\n📎 ") || mine[0].Kind != actions.SaidByTeam {
			t.Errorf("he reads %+v", mine[0])
		}
		entries, err := s.In(ctx).AuditEntriesOf(shop, "#1001", 20)
		w.must(err)
		if n := len(slices.DeleteFunc(entries, func(e store.AuditEntry) bool { return e.Action != "case.files_sent" })); n != 1 {
			t.Errorf("audited %d times", n)
		}

		// A file that does not reach the chat goes by mail with the answer; two are one mail.
		for _, id := range sent {
			f, _, err := w.core.OpenFile(ctx, id)
			w.must(err)
			w.must(w.core.FileLost(ctx, f, "blocked"))
		}
		w.work()
		mails := w.mailbox.Sent()
		if len(mails) != 1 || len(mails[0].Files) != 2 || mails[0].Template != "case_reply" || len(mails[0].Files[0].Body) == 0 {
			t.Errorf("mailed: %+v", mails)
		}

		// A chat that was sent away meanwhile gets nothing.
		w.must(reply("r6", c.ID, files[0].ID))
		w.work()
		f, _, err := w.core.OpenFile(ctx, w.deliveries()[0])
		w.must(err)
		w.must(w.store.UnlinkBuyer("marina", "i-marina"))
		if may, err := w.core.MayReceive(ctx, w.actor("telegram", "marina"), f); err != nil || may {
			t.Errorf("a chat that was sent away may have it: %v", err)
		}

		// Whoever is answered by mail finds them there.
		w.must(reply("r7", c.ID, files[1].ID))
		w.work()
		mails = w.mailbox.Sent()
		if last := mails[len(mails)-1]; len(last.Files) != 1 || last.Files[0].Name != files[1].Name || len(w.deliveries()) != 0 {
			t.Errorf("mailed: %+v", last)
		}
	})
}

// TestFilesOfOneReplyAreBounded: mailboxes refuse more.
func TestFilesOfOneReplyAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asks(w.marina, "k1", actions.TopicOther, "")
	large := append(bytes.Clone(aPDF), make([]byte, 6<<20)...)
	_, err := w.puts(w.ana, "p1", c.ID, "", teamFile("a.pdf", large), teamFile("b.pdf", large), teamFile("c.pdf", large))
	w.must(err)
	var ids []string
	for _, f := range w.teamFiles(c.ID) {
		ids = append(ids, f.ID)
	}
	_, err = w.core.ReplyCase(t.Context(), w.ana, actions.ReplyInput{Key: "r1", Case: c.ID, Text: "x", Files: ids})
	wantError(t, err, actions.Invalid, "case_file.reply_large")
	var many []actions.TeamFile
	for range 20 {
		many = append(many, teamFile("x.png", aPNG))
	}
	out, err := w.puts(w.ana, "p2", c.ID, "", many...)
	w.must(err)
	if len(out.Refused) != 3 || out.Refused[0].Why != actions.RefusedMany || len(w.teamFiles(c.ID)) != 20 {
		t.Errorf("refused: %+v", out.Refused)
	}
}
