package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/aftersale/aftersale/actions"
)

// A sink is a real SMTP server that keeps what it is sent.
type sink struct {
	addr string
	tls  *tls.Config // what a client needs to trust it

	password string                  // of user "ana"; empty: no login
	onRcpt   func(to string) error   // answers to RCPT TO
	onData   func(body []byte) error // answers to DATA

	mu    sync.Mutex
	mails [][]byte
	users []string
	plain int // mails that came without TLS
}

type sinkSession struct {
	s    *sink
	conn *smtp.Conn
}

func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) { return &sinkSession{s, c}, nil }

func (x *sinkSession) AuthMechanisms() []string {
	if x.s.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (x *sinkSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ana" || password != x.s.password {
			return smtp.ErrAuthFailed
		}
		x.s.mu.Lock()
		defer x.s.mu.Unlock()
		x.s.users = append(x.s.users, user)
		return nil
	}), nil
}

func (x *sinkSession) Mail(string, *smtp.MailOptions) error { return nil }

func (x *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if x.s.onRcpt != nil {
		return x.s.onRcpt(to)
	}
	return nil
}

func (x *sinkSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if x.s.onData != nil {
		if err := x.s.onData(body); err != nil {
			return err
		}
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.mails = append(x.s.mails, body)
	if _, secure := x.conn.TLSConnectionState(); !secure {
		x.s.plain++
	}
	return nil
}

func (x *sinkSession) Reset()        {}
func (x *sinkSession) Logout() error { return nil }

// startSink serves s on loopback: "none" (no TLS), "starttls" or "tls".
func startSink(t *testing.T, s *sink, security string) *sink {
	t.Helper()
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth = "localhost", true
	server.ErrorLog = quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if security != "none" {
		server.TLSConfig, s.tls = certificate(t)
	}
	if security == "tls" {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	s.addr = listener.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// certificate makes a server's own certificate for 127.0.0.1 and what trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

func open(t *testing.T, o Options) actions.Mailer {
	t.Helper()
	o.From = "Aftersale <ajuda@shop.example>"
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSMTP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		security, scheme, login, password string
		plain                             int
	}{
		"loopback without TLS":  {security: "none", scheme: "smtp", plain: 1},
		"without TLS, login":    {security: "none", scheme: "smtp", login: "ana:s%2Fcret@", password: "s/cret", plain: 1},
		"STARTTLS":              {security: "starttls", scheme: "smtp"},
		"STARTTLS with a login": {security: "starttls", scheme: "smtp", login: "ana:s3cret@", password: "s3cret"},
		"TLS":                   {security: "tls", scheme: "smtps"},
		"TLS with a login":      {security: "tls", scheme: "smtps", login: "ana:s3cret@", password: "s3cret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSink(t, &sink{password: c.password}, c.security)
			mailer := open(t, Options{SMTPURL: c.scheme + "://" + c.login + s.addr, TLS: s.tls})
			if err := mailer.Send(t.Context(), message("refund_done", "pt-BR")); err != nil {
				t.Fatal(err)
			}
			if len(s.mails) != 1 || s.plain != c.plain || (c.login != "") != (len(s.users) == 1) {
				t.Fatalf("the server has %d mails, %d without TLS, logins %q", len(s.mails), s.plain, s.users)
			}
			checkHeaders(t, s.mails[0])
		})
	}
}

// checkHeaders reads a mail as its reader's program does.
func checkHeaders(t *testing.T, raw []byte) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"From":           "\"Cozinha da Ana\" <ajuda@shop.example>",
		"To":             "\"Marina Duarte\" <marina@example.com>",
		"Reply-To":       "\"Cozinha da Ana\" <ajuda@example.com>",
		"Subject":        "Devolvemos R$ 297,00 para você",
		"Message-Id":     "<01JN5T9Z7QK3V4W8XKX0M1R2S3@shop.example>",
		"Date":           "Thu, 12 Mar 2026 17:30:00 +0000",
		"Auto-Submitted": "auto-generated",
		"Mime-Version":   "1.0",
		"X-Mailer":       "", "User-Agent": "", "Bcc": "",
	} {
		if got := decoded(m.Header.Get(header)); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	var e Envelope
	if err := e.readPart(map[string][]string{"Content-Type": {m.Header.Get("Content-Type")}}, m.Body); err != nil {
		t.Fatal(err)
	}
	letter := render(t, message("refund_done", "pt-BR"))
	if lines(e.Text) != lines(letter.Text) || lines(e.HTML) != lines(letter.HTML) {
		t.Errorf("the bodies arrived otherwise than they were written:\n%s", e.Text)
	}
}

// lines makes line ends comparable: mail has CRLF.
func lines(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// Sending a mail again repeats its Message-ID and every other byte.
func TestSMTPRepeats(t *testing.T) {
	t.Parallel()
	s := startSink(t, &sink{}, "none")
	mailer := open(t, Options{SMTPURL: "smtp://" + s.addr})
	for range 2 {
		if err := mailer.Send(t.Context(), message("access", "es")); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.mails) != 2 || !bytes.Equal(s.mails[0], s.mails[1]) {
		t.Fatalf("%d mails, or different ones", len(s.mails))
	}
}

func TestSMTPAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sink *sink
		code actions.Code
		text string
	}{
		"mailbox busy": {&sink{onRcpt: func(string) error {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, come back"}
		}}, actions.Unavailable, "Greylisted"},
		"no such mailbox": {&sink{onRcpt: func(to string) error {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + ">: no such user"}
		}}, actions.Invalid, "refused the mail"},
		"storage full": {&sink{onData: func([]byte) error {
			return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "Insufficient storage"}
		}}, actions.Unavailable, "Insufficient storage"},
		"content refused": {&sink{onData: func([]byte) error {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Looks like spam"}
		}}, actions.Invalid, "Looks like spam"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSink(t, c.sink, "none")
			err := open(t, Options{SMTPURL: "smtp://" + s.addr}).Send(t.Context(), message("access", "en"))
			checkFailure(t, err, c.code, c.text)
			if len(s.mails) != 0 {
				t.Error("the mail was taken all the same")
			}
		})
	}
}

// checkFailure checks an error's code and words, and that it holds nothing that a log must not.
func checkFailure(t *testing.T, err error, code actions.Code, text string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if got := actions.AsError(err).Code; got != code {
		t.Errorf("code %s, want %s: %v", got, code, err)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("%q does not say %q", err, text)
	}
	for _, secret := range []string{"marina", "s3cret"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q holds %q", err, secret)
		}
	}
}

// A refused login is a matter of configuration: the mail waits until the operator has mended it.
func TestSMTPLogin(t *testing.T) {
	t.Parallel()
	s := startSink(t, &sink{password: "other"}, "starttls")
	err := open(t, Options{SMTPURL: "smtp://ana:s3cret@" + s.addr, TLS: s.tls}).Send(t.Context(), message("access", "en"))
	checkFailure(t, err, actions.Unavailable, "AUTH failed")

	s = startSink(t, &sink{}, "none")
	err = open(t, Options{SMTPURL: "smtp://ana:s3cret@" + s.addr}).Send(t.Context(), message("access", "en"))
	checkFailure(t, err, actions.Unavailable, "asks for no login")
}

// Check says whether a mail could be sent, and sends none.
func TestSMTPCheck(t *testing.T) {
	t.Parallel()
	s := startSink(t, &sink{password: "s3cret"}, "starttls")
	if err := open(t, Options{SMTPURL: "smtp://ana:s3cret@" + s.addr, TLS: s.tls}).(*SMTP).Check(t.Context()); err != nil {
		t.Error(err)
	}
	err := open(t, Options{SMTPURL: "smtp://ana:s3cret!@" + s.addr, TLS: s.tls}).(*SMTP).Check(t.Context())
	checkFailure(t, err, actions.Unavailable, "AUTH failed")
	if len(s.users) != 1 || len(s.mails) != 0 {
		t.Errorf("%d logins, %d mails", len(s.users), len(s.mails))
	}
}

// A relay on this machine is used whatever its certificate says.
func TestSMTPLocalRelay(t *testing.T) {
	t.Parallel()
	s := startSink(t, &sink{}, "starttls")
	if err := open(t, Options{SMTPURL: "smtp://" + s.addr}).Send(t.Context(), message("access", "en")); err != nil {
		t.Fatal(err)
	}
	if len(s.mails) != 1 || s.plain != 0 {
		t.Errorf("%d mails, %d without TLS", len(s.mails), s.plain)
	}
}

// A server that is not this machine must speak TLS, and with a certificate that we trust.
func TestSMTPInsists(t *testing.T) {
	t.Parallel()
	s := startSink(t, &sink{}, "none")
	mailer := open(t, Options{SMTPURL: "smtp://" + s.addr}).(*SMTP)
	mailer.loopback = false
	checkFailure(t, mailer.Send(t.Context(), message("access", "en")), actions.Unavailable, "STARTTLS")

	s = startSink(t, &sink{}, "tls")
	err := open(t, Options{SMTPURL: "smtps://" + s.addr}).Send(t.Context(), message("access", "en"))
	checkFailure(t, err, actions.Unavailable, "certificate")
	if len(s.mails) != 0 {
		t.Error("the mail was sent all the same")
	}
}

// A server that takes the connection and says nothing must not hold a job for ever, nor outlive a stop of the program.
func TestSMTPTimeout(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn, 2)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()

	mailer := open(t, Options{SMTPURL: "smtp://" + listener.Addr().String(), Timeout: 50 * time.Millisecond})
	checkFailure(t, mailer.Send(t.Context(), message("access", "en")), actions.Unavailable, "no answer within 50ms")
	defer (<-accepted).Close()

	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	slow := open(t, Options{SMTPURL: "smtp://" + listener.Addr().String(), Timeout: time.Hour})
	go func() { result <- slow.Send(ctx, message("access", "en")) }()
	defer (<-accepted).Close() // connected, and waiting for the greeting
	cancel()
	checkFailure(t, <-result, actions.Unavailable, "mail server 127.0.0.1")
}

func TestSMTPNobodyThere(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	err = open(t, Options{SMTPURL: "smtp://" + addr}).Send(t.Context(), message("access", "en"))
	checkFailure(t, err, actions.Unavailable, "refused")
}

// What goes wrong after the server took the mail is no failure: it would be sent again.
func TestSMTPTakenThenCut(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		buf := make([]byte, 64<<10)
		for _, answer := range []string{"220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n"} { // EHLO, MAIL, RCPT, DATA
			if _, err := io.WriteString(conn, answer); err != nil {
				return
			}
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
		_, _ = io.WriteString(conn, "354 go\r\n")
		for text := ""; !strings.Contains(text, "\r\n.\r\n"); {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			text += string(buf[:n])
		}
		_, _ = io.WriteString(conn, "250 taken\r\n")
	}()
	mailer := open(t, Options{SMTPURL: "smtp://" + listener.Addr().String(), Timeout: 10 * time.Second})
	if err := mailer.Send(t.Context(), message("access", "en")); err != nil {
		t.Errorf("the mail was taken, and yet: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	s := startSink(t, &sink{}, "none")
	mailer := open(t, Options{SMTPURL: "smtp://" + s.addr})
	for _, to := range []actions.Email{"", "marina", "a@b.example\r\nBcc: evil@example.net", "Marina <marina@example.com>", "a@b.example, c@d.example"} {
		m := message("access", "en")
		m.To = to
		checkFailure(t, mailer.Send(t.Context(), m), actions.Invalid, "email.invalid")
	}
	m := message("access", "en")
	m.ToName = "Marina\r\nBcc: evil@example.net"
	if err := mailer.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if len(s.mails) != 1 || bytes.Contains(bytes.ToLower(s.mails[0]), []byte("\r\nbcc:")) {
		t.Errorf("%d mails; the first:\n%s", len(s.mails), s.mails[0])
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"neither":      {Options{From: "a@b.example"}, "set smtp_url"},
		"both":         {Options{From: "a@b.example", SMTPURL: "smtp://localhost", OutboxDir: dir}, "both set"},
		"no sender":    {Options{OutboxDir: dir}, "mail.from"},
		"bad sender":   {Options{From: "Cozinha", OutboxDir: dir}, "mail.from"},
		"other scheme": {Options{From: "a@b.example", SMTPURL: "http://localhost"}, "mail.smtp_url"},
		"no host":      {Options{From: "a@b.example", SMTPURL: "smtp://"}, "mail.smtp_url"},
		"no URL":       {Options{From: "a@b.example", SMTPURL: "smtp://ana:s3cret%@host"}, "mail.smtp_url"},
		"big port":     {Options{From: "a@b.example", SMTPURL: "smtp://ana:s3cret@host:99999"}, "99999"},
		"a slash":      {Options{From: "a@b.example", SMTPURL: "smtp://ana@host/s3cret"}, "nothing may follow"},
		"a file":       {Options{From: "a@b.example", OutboxDir: "/dev/null/outbox"}, "mail.outbox_dir"},
	} {
		_, err := New(c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %q and no password", name, err, c.want)
		}
	}
	m, err := New(Options{From: "a@b.example", SMTPURL: "smtps://ana@mail.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if s := m.(*SMTP); s.port != 465 || s.loopback || s.user != "ana" || s.timeout != defaultTimeout {
		t.Errorf("defaults: %+v", s)
	}
}
