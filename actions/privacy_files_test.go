package actions_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// What a buyer gets of his own are the files of his questions, of both sides, and nobody else's; after erasing there are none.
func TestExportOfFiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		_, err := w.sends(w.marina, "f1", "", "mine.png", aPNG)
		w.must(err)
		c := w.asks(w.marina, "k1", actions.TopicOther, "")
		_, err = w.puts(w.ana, "p1", c.ID, "", teamFile("guide.pdf", aPDF))
		w.must(err)
		_, err = w.sends(w.paulo, "f2", "", "other.png", aPNG)
		w.must(err)
		w.asks(w.paulo, "k2", actions.TopicOther, "")

		const address = "marina.duarte@example.com"
		export := func() (all []string, err error) {
			err = w.core.ExportBuyerFiles(ctx, shop, address, func(name string, body []byte) error {
				_, name, _ = strings.Cut(name, "-")
				all = append(all, name+" "+string(body))
				return nil
			})
			slices.Sort(all)
			return all, err
		}
		all, err := export()
		w.must(err)
		equal(t, "files", all, []string{"guide.pdf " + string(aPDF), "mine.png " + string(aPNG)})
		full := errors.New("the disk is full")
		if err := w.core.ExportBuyerFiles(ctx, shop, address, func(string, []byte) error { return full }); !errors.Is(err, full) {
			t.Errorf("ended with %v", err)
		}
		_, err = w.core.EraseBuyer(ctx, shop, address)
		w.must(err)
		if all, err := export(); len(all) > 0 || err == nil {
			t.Errorf("after erasing: %q, %v", all, err)
		}
	})
}
