package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestDoctorAsksHotmart: with the credential, over HTTP; what is wrong is said with what to do, and never with the secret.
func TestDoctorAsksHotmart(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(fake.New(fake.Options{ClientID: "id", ClientSecret: "the-secret"}))
	t.Cleanup(server.Close)
	s := storetest.New(t)
	good := DefaultConfig()
	good.PublicURL = "https://support.example.com/"
	good.Hotmart = HotmartConfig{Enabled: true, ClientID: "id", ClientSecret: "the-secret", Hottok: "token", APIURL: server.URL, AuthURL: server.URL}
	can := []string{
		"ok operations: by the platform: refund, cancel, change the charge day, reactivate",
		"ok operations: by a person in its panel, with steps: approve a claimed refund, change the e-mail, password, the platform's own access mail, the platform's own check-in mail",
		"ok operations: by nobody: refund in part",
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   []string // the lines before those of the operations
	}{
		"all well": {func(*Config) {}, []string{"ok commerce: hotmart answers",
			"ok hotmart webhooks: the address for the panel is https://support.example.com/webhooks/hotmart"}},
		"another secret": {func(c *Config) { c.Hotmart.ClientSecret = "not-the-secret" }, []string{"fail commerce: hotmart does not accept the credential",
			"ok hotmart webhooks: the address for the panel is https://support.example.com/webhooks/hotmart"}},
		"nobody there": {func(c *Config) {
			c.Hotmart.APIURL, c.Hotmart.AuthURL = "http://127.0.0.1:1", "http://127.0.0.1:1"
		}, []string{"fail commerce: hotmart does not answer", "ok hotmart webhooks: the address for the panel is https://support.example.com/webhooks/hotmart"}},
		"no hottok":  {func(c *Config) { c.Hotmart.Hottok = "" }, []string{"ok commerce: hotmart answers", "warn hotmart webhooks: hotmart.hottok is not set"}},
		"no address": {func(c *Config) { c.PublicURL = "" }, []string{"ok commerce: hotmart answers", "warn hotmart webhooks: public_url is not set"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := good
			c.change(&config)
			var got []string
			for _, f := range checkCommerce(t.Context(), s, config) {
				got = append(got, f.state+" "+f.check+": "+f.text)
			}
			want := append(c.want, can...)
			if len(got) != len(want) {
				t.Fatalf("doctor says\n%s", strings.Join(got, "\n"))
			}
			for i, line := range got {
				if !strings.HasPrefix(line, want[i]) {
					t.Errorf("line %d (-want the beginning of +got):\n%s", i+1, cmp.Diff(want[i], line))
				}
				if strings.Contains(line, "the-secret") {
					t.Errorf("the secret is in %q", line)
				}
			}
		})
	}
}

func TestUnguardedAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://developers.hotmart.com": false, "http://127.0.0.1:8080": false, "http://[::1]:1": false, "http://localhost:1": false,
		"http://developers.hotmart.com": true, "http://10.0.0.5": true,
	} {
		if unguarded(address) != want {
			t.Errorf("%s: %t, want %t", address, !want, want)
		}
	}
}
