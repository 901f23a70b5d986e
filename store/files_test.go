package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestFilesGoWhenTheyAreNotNeeded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		file := func(id string) store.File {
			return store.File{ID: id, AccountID: "a", IdentityID: "i", Name: "x.csv", MIME: "text/csv", Body: []byte{1, 0, 2}, Size: 1,
				CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
		}
		long := file("long")
		long.ExpiresAt = noon.Add(3 * time.Hour)
		for _, f := range []store.File{file("sent"), file("waits"), file("lost"), long} {
			if err := s.AddFile(f); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.File("long")
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, long)
		for id, err := range map[string]error{
			"sent": s.FileDelivered("sent", noon, false), "waits": s.FileDelivered("waits", noon, true), "lost": s.FileLost("lost", "closed"),
		} {
			if err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if err := s.FileDelivered("none", noon, false); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no file was delivered: %v", err)
		}
		for id, body := range map[string]int{"sent": 0, "waits": 3, "lost": 0} {
			if f, err := s.File(id); err != nil || len(f.Body) != body || (f.DeliveredAt == nil) != (id == "lost") || (f.Lost == "closed") != (id == "lost") {
				t.Errorf("%s: %+v, %v", id, f, err)
			}
		}
		for _, want := range []int{2, 1, 0} {
			if n, err := s.ForgetFiles(noon.Add(2*time.Hour), 2); n != want || err != nil {
				t.Errorf("%d files went, %v; want %d", n, err, want)
			}
		}
		if _, err := s.File("sent"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a file that has expired is still there: %v", err)
		}
	})
}
