package flows_test

import (
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
)

// TestEverySettingHasItsWords: the names are put together from keys, so no scan of the source finds them.
func TestEverySettingHasItsWords(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	keys := []string{"settings.name.rooms.approvals", "settings.name.rooms.cases"}
	for _, s := range actions.AllSettings() {
		if s.Area == actions.AreaGuarantee {
			keys = append(keys, "settings.name.guarantee")
		} else if s.Kind != actions.SettingRoom {
			keys = append(keys, "settings.name."+s.Key)
		}
		keys = append(keys, "settings.wrong."+string(s.Kind))
	}
	for _, a := range actions.SettingAreas {
		keys = append(keys, "settings.area."+string(a))
	}
	for _, locale := range flows.Locales {
		for _, key := range keys {
			if !words.Has(key, locale) {
				t.Errorf("%s has no words in %s", key, locale)
			}
		}
	}
}
