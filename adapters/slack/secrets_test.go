package slack

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

// A safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// No token, no secret and no response address is in any error, log line or message, whatever goes wrong.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	secrets := []string{fakeslack.BotToken, fakeslack.AppToken, fakeslack.SigningSecret, "secret-address", "ticket-", "upload/"}
	faults := map[string]fakeslack.Fault{
		"refused": {Error: "invalid_auth"}, "missing scope": {Error: "missing_scope"}, "down": {Status: 503}, "html": {Body: "<html>oops"},
		"cut": {Cut: true}, "hangs": {Hang: true}, "echo": {Body: `{"ok":false,"error":"bad token ` + fakeslack.BotToken + `"}`},
		"late": {After: true, Cut: true}, "429": {Status: 429, RetryAfter: 100},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log safeBuffer
			var said strings.Builder
			o := openOffice(t, HTTP, answering(form("3", "")), func(o *office) {
				o.options.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				o.options.HTTP = &http.Client{Timeout: 100 * time.Millisecond}
			})
			o.Anything = true
			all := []string{"users.info", "chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete", "views.open", "views.update", "views.publish", "conversations.open", "conversations.info", "auth.test", "apps.connections.open", "respond",
				"files.getUploadURLExternal", "files.completeUploadExternal"}
			for _, method := range all {
				for range 12 {
					o.On(method, f)
				}
			}
			o.Command(ana, general, "/support", "find")
			o.Command(ana, o.Direct(ana), "/support", "find")
			o.Say(ana, o.Direct(ana), "hello")
			o.OpenHome(ana)
			o.settle()
			tell := func(v any) { fmt.Fprintf(&said, "%v %+v %#v\n", v, v, v) }
			_, err := o.adapter.Poster().Post(t.Context(), ana, card("x"))
			tell(err)
			file := flow.File{Name: "x.csv", Body: []byte("x"), Caption: "x"}
			for _, refuses := range []string{"", "conversations.open", "files.getUploadURLExternal", "upload"} { // one call further each time
				if refuses != "" {
					o.Clear(refuses)
				}
				o.On("upload", f)
				_, err = o.adapter.Poster().(flow.FilePoster).PostFile(t.Context(), ana, file)
				tell(err)
			}
			tell(o.adapter.Poster().Edit(t.Context(), ana, "D1:1", card("x")))
			for _, mode := range modes {
				options := o.options
				options.Mode = mode
				options.PublicURL = "https://127.0.0.1:1"
				b, err := New(options)
				if err != nil {
					t.Fatal(err)
				}
				for _, finding := range b.Check(t.Context(), options.PublicURL) {
					said.WriteString(finding.Text + "\n")
				}
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				said.WriteString(fmt.Sprint(b.Run(ctx)))
				said.WriteString(fmt.Sprint(b.Ready(ctx)))
				cancel()
			}
			o.adapter.Log.Info("over")
			for _, m := range append(o.Messages(general, ana), o.Messages(o.Direct(ana), ana)...) {
				said.WriteString(fmt.Sprint(m))
			}
			whole := said.String() + log.String()
			if !strings.Contains(whole, "slack") {
				t.Fatalf("nothing was said: %q", whole)
			}
			for _, secret := range secrets {
				if i := strings.Index(whole, secret); i >= 0 {
					t.Errorf("%q is in: …%s…", secret, whole[max(0, i-200):min(len(whole), i+60)])
				}
			}
		})
	}
	// An address that does not exist, and one that a proxy refuses.
	for _, address := range []string{"http://no-such-host.invalid/", "http://127.0.0.1:1/"} {
		c := newAPI(Options{APIURL: address, BotToken: fakeslack.BotToken, HTTP: &http.Client{Timeout: time.Second}, Now: time.Now})
		_, err := c.authTest(t.Context())
		err2 := c.respond(t.Context(), address+"respond/secret-address-7", reply{Text: "x"})
		for _, err := range []error{err, err2} {
			if err == nil || strings.Contains(err.Error(), fakeslack.BotToken) || strings.Contains(err.Error(), "secret-address") {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
}
