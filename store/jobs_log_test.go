package store_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// A logbook is a log that tells when a line with a word arrives.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
	word string
	seen chan struct{}
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(line)
	if bytes.Contains(line, []byte(l.word)) {
		select {
		case l.seen <- struct{}{}:
		default:
		}
	}
	return len(line), nil
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestADiscardedJobIsLoggedWithoutItsArguments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		enqueue(t, s, job(t, "mail", "joao@example.com"))
		if err := s.DB().Exec("UPDATE river_job SET attempt = max_attempts - 1").Error; err != nil {
			t.Fatal(err)
		}
		book := &logbook{word: "discarded", seen: make(chan struct{}, 1)}
		o := jobs.Options{Log: slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		start(t, s, o, map[string]jobs.Handler{"mail": func(context.Context, jobs.Job) error {
			return errors.New("mail server is away")
		}})
		await(t, book.seen, "the line")
		log := book.String()
		for _, want := range []string{"level=ERROR", "kind=mail", "attempt=24", "mail server is away"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %q:\n%s", want, log)
			}
		}
		if strings.Contains(log, "joao") {
			t.Errorf("the log tells the arguments:\n%s", log)
		}
		if n := strings.Count(log, "\n"); n != 1 {
			t.Errorf("%d lines, want one:\n%s", n, log)
		}
	})
}

// Two replicas: what one enqueues wakes the engine of the other, long before it would look by itself.
func TestAnEngineOfAnotherProcessIsWoken(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	replica := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	works, enqueues := replica(), replica()
	ran := make(chan string, 10)
	start(t, works, jobs.Options{Poll: time.Hour}, map[string]jobs.Handler{"mail": func(_ context.Context, j jobs.Job) error {
		ran <- string(j.Args)
		return nil
	}})
	enqueue(t, works, job(t, "mail", "own"))
	same(t, await(t, ran, "its own job"), `"own"`)
	enqueue(t, enqueues, job(t, "mail", "other's"))
	same(t, await(t, ran, "the other's job"), `"other's"`)
}
