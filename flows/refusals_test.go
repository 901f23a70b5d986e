package flows_test

import (
	"slices"
	"testing"

	"github.com/aftersale/aftersale/actions/connectortest"
	"github.com/aftersale/aftersale/flows/locales"
)

// TestRefusalsHaveWords: what connectors may refuse by, everybody can read.
func TestRefusalsHaveWords(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"pt-BR", "en", "es"} {
		for key := range connectortest.Words() {
			if !slices.Contains(locales.Keys(locale), key) {
				t.Errorf("no words for %s in %s", key, locale)
			}
		}
	}
}
