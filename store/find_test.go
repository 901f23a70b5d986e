package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// A bazaar is a shop with names that many share, others that nobody shares, and purchases at the same instants; what is in
// it is known here too.
type bazaar struct {
	*store.Store
	r         *rand.Rand
	buyers    map[string]store.Buyer
	purchases map[string]store.Purchase
}

const bazaarProducts = 5

func newBazaar(t *testing.T, s *store.Store, r *rand.Rand) *bazaar {
	t.Helper()
	z := &bazaar{Store: s, r: r, buyers: map[string]store.Buyer{}, purchases: map[string]store.Purchase{}}
	z.must(t, s.SaveAccount(store.Account{ID: "shop", CreatedAt: noon}))
	var products []store.Product
	for i := range bazaarProducts {
		id := fmt.Sprint("d", i)
		products = append(products, store.Product{ID: id, AccountID: "shop", Code: id, Name: "Curso " + id, NameKey: "curso " + id, Kind: "course", CreatedAt: noon})
	}
	z.must(t, s.PutProducts(products))
	return z
}

func (z *bazaar) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (z *bazaar) some(of ...string) string { return of[z.r.IntN(len(of))] }

// buyer makes one, known by a name of two or three words and by an address.
func (z *bazaar) buyer() store.Buyer {
	id := fmt.Sprintf("b%04d", len(z.buyers))
	b := store.Buyer{ID: id, AccountID: "shop", CreatedAt: noon}
	z.rename(&b)
	return b
}

func (z *bazaar) rename(b *store.Buyer) {
	b.Name = z.some("Maria", "Mário", "Márcia", "José", "Ana") + " " + z.some("Souza", "Souza", "Silva", "Sousa"+fmt.Sprint(z.r.IntN(60)))
	local := strings.ToLower(z.some("maria", "ze", "ana")) + z.some(".", "_", "") + fmt.Sprint(z.r.IntN(90))
	b.Email = local + "-" + b.ID + "@" + z.some("gmail.com", "escola.example")
	b.EmailKey = b.Email
}

// fill makes n purchases of n/4 buyers, one way or the other.
func (z *bazaar) fill(t *testing.T, n int) {
	t.Helper()
	var buyers []store.Buyer
	newest := map[string]time.Time{}
	for range n / 4 {
		b := z.buyer()
		z.buyers[b.ID] = b
		buyers = append(buyers, b)
	}
	ids := sortedKeys(z.buyers)
	var purchases []store.Purchase
	for range n {
		p := z.purchase(ids)
		purchases = append(purchases, p)
		if z.r.IntN(2) == 0 && newest[p.BuyerID].Before(p.OrderedAt) {
			newest[p.BuyerID] = p.OrderedAt
		}
	}
	z.must(t, z.AddBuyers(buyers, newest))
	for part := range slices.Chunk(purchases, store.MaxBatch) {
		z.must(t, z.PutPurchases(part))
	}
}

func (z *bazaar) purchase(buyers []string) store.Purchase {
	id := fmt.Sprintf("p%05d", len(z.purchases))
	at := noon.Add(time.Duration(z.r.IntN(5000)) * time.Minute)
	p := store.Purchase{ID: id, AccountID: "shop", Transaction: "HP" + id, BuyerID: buyers[z.r.IntN(len(buyers))], ProductID: fmt.Sprint("d", z.r.IntN(bazaarProducts)),
		Status: z.some("approved", "approved", "approved", "refunded"), StatusAt: at, Currency: "BRL", Quantity: 1, OrderedAt: at, CreatedAt: at, UpdatedAt: at}
	z.purchases[id] = p
	return p
}

// change does what happens to shops: new purchases, others' purchases, other times, other names, erasure.
func (z *bazaar) change(t *testing.T) {
	t.Helper()
	ids := sortedKeys(z.buyers)
	someone := z.buyers[ids[z.r.IntN(len(ids))]]
	bought := sortedKeys(z.purchases)
	p := z.purchases[bought[z.r.IntN(len(bought))]]
	switch z.r.IntN(6) {
	case 0:
		z.must(t, z.PutPurchases([]store.Purchase{z.purchase(ids)}))
		return
	case 1: // an address was changed
		p.BuyerID = someone.ID
		z.must(t, z.UpdatePurchase(&p))
	case 2: // told again
		p.OrderedAt = noon.Add(time.Duration(z.r.IntN(5000)) * time.Minute)
		z.must(t, z.PutPurchases([]store.Purchase{p}))
	case 3:
		z.rename(&someone)
		z.must(t, z.PutBuyer(someone))
		z.buyers[someone.ID] = someone
	case 4:
		b := z.buyer()
		z.must(t, z.PutBuyer(b))
		z.buyers[b.ID] = b
		p.BuyerID = b.ID
		z.must(t, z.UpdatePurchase(&p))
	case 5:
		z.must(t, z.Tx(t.Context(), func(tx *store.Store) error {
			return tx.EraseBuyer(store.BuyerFile{Buyer: someone}, noon)
		}))
		b, err := z.Buyer(someone.ID)
		z.must(t, err)
		z.buyers[b.ID] = b
	}
	z.purchases[p.ID] = p
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// filter is one that somebody may type.
func (z *bazaar) filter() store.PurchaseFilter {
	f := store.PurchaseFilter{Account: "shop", Limit: 1 + z.r.IntN(12)}
	switch z.r.IntN(4) {
	case 0:
		f.NameWords = []string{z.some("ma", "mar", "maria", "souza", "sousa", "sousa1", "jo", "zz", "escola.example", "d'")}
	case 1:
		f.NameWords = []string{z.some("ma", "mari", "ana"), z.some("sou", "silva", "sousa1", "sousa33", "b00")}
	case 2:
		f.EmailPart = z.some("maria", "maria.", "maria.1", "maria_2", "ze1", "escola", "escola.example", "b000", "gmail")
	case 3:
		f.NameWords, f.EmailPart = []string{z.some("souza", "sil", "ma")}, z.some("ana", "ze_", "b00")
	}
	if z.r.IntN(3) == 0 {
		f.Status = z.some("approved", "refunded", "chargeback")
	}
	if z.r.IntN(3) == 0 {
		f.Product = z.some("curso", "curso d1", "nothing")
	}
	if z.r.IntN(4) == 0 {
		f.From = noon.Add(time.Duration(z.r.IntN(4000)) * time.Minute)
	}
	if z.r.IntN(4) == 0 {
		f.To = noon.Add(time.Duration(1000+z.r.IntN(4000)) * time.Minute)
	}
	return f
}

// matches lists what a filter means, the newest first, by looking at everything.
func (z *bazaar) matches(f store.PurchaseFilter) []string {
	var all []store.Purchase
	for _, p := range z.purchases {
		b := z.buyers[p.BuyerID]
		words := store.BuyerWords(b.Name, b.EmailKey)
		if b.Erased() {
			words = nil
		}
		has := func(text string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, text) })
		}
		if slices.ContainsFunc(f.NameWords, func(w string) bool { return !has(w) }) ||
			f.EmailPart != "" && !has(f.EmailPart) && !strings.HasPrefix(b.EmailKey, f.EmailPart) ||
			f.Status != "" && p.Status != f.Status || !strings.HasPrefix("curso "+p.ProductID, f.Product) ||
			!f.From.IsZero() && p.OrderedAt.Before(f.From) || !f.To.IsZero() && !p.OrderedAt.Before(f.To) {
			continue
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b store.Purchase) int {
		if c := b.OrderedAt.Compare(a.OrderedAt); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	ids := make([]string, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	return ids
}

// TestFindByWords: whatever a shop has gone through, a search by words finds what looking at everything finds, page by page
// to the end; and each of its ways finds the same, or knows that it does not know.
func TestFindByWords(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		seed := rand.Uint64()
		z := newBazaar(t, s, rand.New(rand.NewPCG(seed, 1)))
		z.fill(t, 600)
		for range 60 {
			z.change(t)
		}
		found, known := 0, map[string]int{}
		for range 30 {
			f := z.filter()
			want := z.matches(f)
			found += len(want)
			for at := 0; ; at += f.Limit {
				page, err := s.FindPurchases(f)
				z.must(t, err)
				var got []string
				for _, p := range page {
					got = append(got, p.Purchase.ID)
				}
				expect := want[min(at, len(want)):min(at+f.Limit, len(want))]
				if !slices.Equal(got, expect) {
					t.Fatalf("seed %d: %+v: from %d on\ngot  %v\nwant %v", seed, f, at, got, expect)
				}
				for _, way := range []string{"buyers", "time", "all", "further"} {
					if at > 2*f.Limit && z.r.IntN(8) > 0 {
						break
					}
					for _, far := range []int{1, 7, 60, 400} {
						ids, sure, err := s.FoundBy(way, far, f)
						z.must(t, err)
						if sure {
							known[way]++
						}
						if sure && !slices.Equal(ids, expect) {
							t.Fatalf("seed %d: %+v: %s, %d far, from %d on: known is %v\ngot  %v\nwant %v", seed, f, way, far, at, sure, ids, expect)
						}
					}
				}
				if len(page) < f.Limit {
					break
				}
				last := page[len(page)-1].Purchase
				f.After = store.Cursor{At: last.OrderedAt, ID: last.ID}
			}
		}
		if found == 0 || known["buyers"] == 0 || known["time"] == 0 || known["buyers"] == known["all"] || known["time"] == known["all"] {
			t.Errorf("seed %d: nothing was tried: %d found, known %v", seed, found, known)
		}
	})
}

// TestNewestOfAnOldShop: a shop that was filled before searches had an order finds the same after the migration; on
// PostgreSQL also when the migration was cut off and begins again.
func TestNewestOfAnOldShop(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		z := newBazaar(t, s, rand.New(rand.NewPCG(rand.Uint64(), 2)))
		z.fill(t, 300)
		b := z.buyer() // has bought nothing
		z.must(t, z.PutBuyer(b))
		for applied(t, s, 24) {
			z.must(t, s.MigrateDown(t.Context()))
		}
		z.must(t, s.Migrate(t.Context()))
		if s.Dialect() == "postgres" {
			for applied(t, s, 25) { // what is cut off is the newest
				z.must(t, s.MigrateDown(t.Context()))
			}
			z.must(t, s.DB().Exec("DELETE FROM goose_db_version WHERE version_id = 24").Error)
			z.must(t, s.DB().Exec("UPDATE buyer_words SET newest = '9999-12-31 00:00:00+00' WHERE buyer_id > 'b0030'").Error)
			z.must(t, s.Migrate(t.Context()))
		}
		var wrong []store.BuyerWord
		z.must(t, s.DB().Raw(`SELECT * FROM buyer_words w WHERE newest > '9999-01-01' OR newest <> (SELECT max(ordered_at) FROM purchases p WHERE p.buyer_id = w.buyer_id)
			OR newest > '0002-01-01' AND buyer_id = ?`, b.ID).Scan(&wrong).Error)
		if len(wrong) > 0 {
			t.Errorf("%d words are out of order, such as %+v", len(wrong), wrong[0])
		}
		f := store.PurchaseFilter{Account: "shop", NameWords: []string{"souza"}, Limit: 40}
		page, err := s.FindPurchases(f)
		z.must(t, err)
		var got []string
		for _, p := range page {
			got = append(got, p.Purchase.ID)
		}
		if want := z.matches(f); !slices.Equal(got, want[:min(40, len(want))]) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func applied(t *testing.T, s *store.Store, version int64) bool {
	t.Helper()
	list, err := s.MigrationStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(list, func(m store.Migration) bool { return m.Version == version && !m.AppliedAt.IsZero() })
}
