package actions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

// TestNoPlatformByName: the actions know platforms by what they say of themselves alone. Comments may give one as an example.
func TestNoPlatformByName(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var text string
			switch n := n.(type) {
			case *ast.Ident:
				text = n.Name
			case *ast.BasicLit:
				text = n.Value
			}
			for _, platform := range []string{"hotmart", "stripe"} {
				if strings.Contains(strings.ToLower(text), platform) {
					t.Errorf("%s: %s", set.Position(n.Pos()), text)
				}
			}
			return true
		})
	}
}

// TestTermsOfEmails: of the shop's conditions and the platform's the stricter ones hold, and where the platform has none, the
// shop's alone.
func TestTermsOfEmails(t *testing.T) {
	t.Parallel()
	strict := Terms{EmailChangeDays: 40, EmailChanges: 2, EmailUnopened: true}
	easy := DefaultPolicy()
	easy.EmailChange.Days, easy.EmailChange.Max, easy.EmailChange.UnopenedOnly = 365, 5, false
	late := paid(func(p *Purchase) { p.OrderedAt = noon.Add(-41 * day) })
	often := paid(func(p *Purchase) { p.EmailChanges = 2 })
	opened := paid(func(p *Purchase) { p.OpenedAt = noon.Add(-day) })
	for _, c := range []struct {
		name  string
		p     Purchase
		terms Terms
		pol   Policy
		rule  string
	}{
		{"late for the platform", late, strict, easy, "too_late"},
		{"late for nobody", late, Terms{}, easy, "by_staff"},
		{"late for the shop", late, Terms{}, DefaultPolicy(), "too_late"},
		{"late for the shop, which is stricter", late, Terms{EmailChangeDays: 50}, DefaultPolicy(), "too_late"},
		{"too often for the platform", often, strict, easy, "too_many"},
		{"not too often", often, Terms{}, easy, "by_staff"},
		{"opened, and the platform minds", opened, strict, easy, "opened"},
		{"opened, and the shop minds", opened, Terms{}, DefaultPolicy(), "opened"},
		{"opened, and nobody minds", opened, Terms{}, easy, "by_staff"},
	} {
		if v := mayChangeEmail(Actor{Role: Agent}, c.p, ByStaff, ByAPI, c.terms, c.pol, noon); v.Rule != "email."+c.rule {
			t.Errorf("%s: by %s", c.name, v.Rule)
		}
	}
}

// TestTermsOfTime: a platform without a gap between passwords lets everybody ask, and one that asks no subscriber names no day.
func TestTermsOfTime(t *testing.T) {
	t.Parallel()
	just := noon.Add(-time.Second)
	for gap, rule := range map[time.Duration]string{0: "any_time", time.Second: "allowed", time.Minute: "wait"} {
		if v := mayAskPassword(Assisted, false, gap, just, noon); v.Rule != "password."+rule {
			t.Errorf("a second ago, with a gap of %s: by %s", gap, v.Rule)
		}
	}
	over := subscribed(inStatus(SubscriptionCancelled), func(c *subscribedCase) { c.sub.NextChargeAt = noon.Add(-day) })
	if v := mayReactivate(over, true, noon); v.Rule != "reactivate.charge" || !v.Numbers.Date.Equal(noon.Add(over.acceptance)) {
		t.Errorf("with an acceptance: by %s, %v", v.Rule, v.Numbers.Date)
	}
	over.acceptance = 0
	if v := mayReactivate(over, true, noon); v.Rule != "reactivate.charge_now" || !v.Numbers.Date.IsZero() {
		t.Errorf("without: by %s, %v", v.Rule, v.Numbers.Date)
	}
}
