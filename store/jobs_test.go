package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

var noon = time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)

// at makes a store whose clock stands.
func at(now time.Time) func(*store.Options) {
	return func(o *store.Options) { o.Now = func() time.Time { return now } }
}

// job makes a job whose arguments are one word.
func job(t *testing.T, kind, word string) jobs.Job {
	t.Helper()
	j, err := jobs.New(kind, word)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// enqueue commits jobs.
func enqueue(t *testing.T, s *store.Store, list ...jobs.Job) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		for _, j := range list {
			if err := tx.Enqueue(j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// runDue runs what is due and returns what ran, as "kind word attempt".
func runDue(t *testing.T, s *store.Store, now time.Time, answer func(jobs.Job, string) error, kinds ...string) []string {
	t.Helper()
	var ran []string
	handlers := map[string]jobs.Handler{}
	for _, kind := range kinds {
		handlers[kind] = func(_ context.Context, j jobs.Job) error {
			var word string
			if err := j.Decode(&word); err != nil {
				return err
			}
			ran = append(ran, fmt.Sprintf("%s %s %d", j.Kind, word, j.Attempt))
			return answer(j, word)
		}
	}
	n, err := s.RunDue(t.Context(), handlers, now)
	if err != nil {
		t.Fatal(err)
	}
	if n != len(ran) {
		t.Errorf("RunDue says %d, ran %v", n, ran)
	}
	return ran
}

func done(jobs.Job, string) error { return nil }

func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
}

func TestJobsRunInTheOrderInWhichTheyAreDue(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		late, later := job(t, "mail", "late"), job(t, "mail", "later")
		late.At, later.At = noon.Add(time.Hour), noon.Add(2*time.Hour)
		enqueue(t, s, later, late, job(t, "mail", "a"), job(t, "tell", "b"))
		same(t, runDue(t, s, noon, done, "mail", "tell"), []string{"mail a 1", "tell b 1"})
		same(t, runDue(t, s, noon.Add(59*time.Minute), done, "mail"), []string(nil))
		same(t, runDue(t, s, noon.Add(3*time.Hour), done, "mail"), []string{"mail late 1", "mail later 1"})
		same(t, runDue(t, s, noon.Add(9*time.Hour), done, "mail"), []string(nil))
	}, at(noon))
}

func TestJobsOfARolledBackTransactionDoNotExist(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		broken := errors.New("broken")
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			return errors.Join(tx.Enqueue(job(t, "mail", "a")), tx.Enqueue(job(t, "mail", "b")), broken)
		})
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		same(t, runDue(t, s, noon, done, "mail"), []string(nil))
	})
}

func TestJobsWithAKeyAreUnique(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		keyed := func(kind, key, word string) jobs.Job {
			j := job(t, kind, word)
			j.Key = key
			return j
		}
		enqueue(t, s, keyed("mail", "k1", "a"), keyed("mail", "k1", "a again"), keyed("mail", "k2", "b"), keyed("tell", "k1", "c"))
		enqueue(t, s, keyed("mail", "k1", "a once more"), job(t, "mail", "no key"), job(t, "mail", "no key"))
		same(t, runDue(t, s, noon, done, "mail", "tell"), []string{"mail a 1", "mail b 1", "tell c 1", "mail no key 1", "mail no key 1"})
		enqueue(t, s, keyed("mail", "k1", "after it was done"))
		same(t, runDue(t, s, noon, done, "mail"), []string(nil))

		// Given up is not done: it may be asked for again.
		enqueue(t, s, keyed("mail", "k3", "hopeless"))
		giveUp := func(jobs.Job, string) error { return jobs.Cancel(errors.New("no such mailbox")) }
		same(t, runDue(t, s, noon, giveUp, "mail"), []string{"mail hopeless 1"})
		enqueue(t, s, keyed("mail", "k3", "new hope"))
		same(t, runDue(t, s, noon, done, "mail"), []string{"mail new hope 1"})
	}, at(noon))
}

func TestJobsAreTriedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fail := func(jobs.Job, string) error { return errors.New("mail server is away") }
		enqueue(t, s, job(t, "mail", "a"))
		same(t, runDue(t, s, noon, fail, "mail"), []string{"mail a 1"})
		same(t, runDue(t, s, noon.Add(900*time.Millisecond), fail, "mail"), []string(nil))
		now := noon
		for attempt := 2; attempt <= jobs.MaxAttempts; attempt++ {
			now = now.Add(2 * time.Hour)
			same(t, runDue(t, s, now, fail, "mail"), []string{fmt.Sprintf("mail a %d", attempt)})
		}
		same(t, runDue(t, s, now.Add(100*time.Hour), done, "mail"), []string(nil))
	}, at(noon))
}

func TestLaterDoesNotCountAsATry(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		enqueue(t, s, job(t, "mail", "a"))
		wait := func(jobs.Job, string) error { return fmt.Errorf("not yet: %w", jobs.Later(time.Minute)) }
		same(t, runDue(t, s, noon, wait, "mail"), []string{"mail a 1"})
		same(t, runDue(t, s, noon.Add(59*time.Second), wait, "mail"), []string(nil))
		same(t, runDue(t, s, noon.Add(time.Minute), wait, "mail"), []string{"mail a 1"})
		same(t, runDue(t, s, noon.Add(2*time.Minute), done, "mail"), []string{"mail a 1"})
	}, at(noon))
}

func TestAPanicIsAFailedTry(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, at(noon))
	enqueue(t, s, job(t, "mail", "a"))
	same(t, runDue(t, s, noon, func(jobs.Job, string) error { panic("oh") }, "mail"), []string{"mail a 1"})
	same(t, runDue(t, s, noon.Add(time.Minute), done, "mail"), []string{"mail a 2"})
}

func TestJobsCanEnqueueJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		enqueue(t, s, job(t, "request", "a"))
		chain := func(j jobs.Job, word string) error {
			if j.Kind == "request" {
				enqueue(t, s, job(t, "mail", word))
			}
			return nil
		}
		same(t, runDue(t, s, noon, chain, "request", "mail"), []string{"request a 1", "mail a 1"})
	}, at(noon))
}

// start starts an engine and stops it at the end of the test.
func start(t *testing.T, s *store.Store, o jobs.Options, handlers map[string]jobs.Handler) *jobs.Engine {
	t.Helper()
	e, err := s.Engine(handlers, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := e.Stop(ctx); err != nil {
			t.Errorf("stop the engine: %v", err)
		}
	})
	return e
}

// await fails the test when nothing arrives.
func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

func TestTheEngineWorksJobsSoonAfterTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ran := make(chan string, 100)
		start(t, s, jobs.Options{Poll: time.Hour}, map[string]jobs.Handler{"mail": func(_ context.Context, j jobs.Job) error {
			ran <- string(j.Args)
			return nil
		}})
		enqueue(t, s, job(t, "mail", "first")) // the engine may still be starting
		await(t, ran, "the first job")
		var slowest, total time.Duration
		for i := range 20 {
			begin := time.Now()
			enqueue(t, s, job(t, "mail", fmt.Sprint(i)))
			await(t, ran, "a job") // long before the next poll: the commit rang
			took := time.Since(begin)
			slowest, total = max(slowest, took), total+took
		}
		t.Logf("from before the commit to the handler: mean %v, slowest %v", total/20, slowest)
	})
}

func TestTheEngineTriesAgainWaitsAndGivesUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ran := make(chan string, 100)
		start(t, s, jobs.Options{Poll: 50 * time.Millisecond}, map[string]jobs.Handler{
			"fails_once": func(_ context.Context, j jobs.Job) error {
				ran <- fmt.Sprint("fails_once ", j.Attempt)
				if j.Attempt == 1 {
					panic("mail server is away")
				}
				return nil
			},
			"given_up": func(_ context.Context, j jobs.Job) error {
				ran <- fmt.Sprint("given_up ", j.Attempt)
				return jobs.Cancel(errors.New("no such mailbox"))
			},
		})
		enqueue(t, s, job(t, "given_up", "a"))
		same(t, await(t, ran, "the hopeless job"), "given_up 1")
		enqueue(t, s, job(t, "fails_once", "b"))
		same(t, await(t, ran, "the first try"), "fails_once 1")
		same(t, await(t, ran, "the second try"), "fails_once 2")
	})
}

func TestTwoEnginesShareTheJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const total = 200
		var runs atomic.Int64
		all := make(chan struct{})
		handlers := map[string]jobs.Handler{"mail": func(context.Context, jobs.Job) error {
			if runs.Add(1) == total {
				close(all)
			}
			return nil
		}}
		start(t, s, jobs.Options{}, handlers)
		start(t, s, jobs.Options{}, handlers)
		for range total / 50 {
			list := make([]jobs.Job, 50)
			for i := range list {
				list[i] = job(t, "mail", fmt.Sprint(i))
			}
			enqueue(t, s, list...)
		}
		await(t, all, "all jobs")
		same(t, runs.Load(), int64(total))
	})
}

func TestAJobOfADeadProcessIsRescued(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		enqueue(t, s, job(t, "mail", "a"))
		// As a process leaves it that was killed in the middle: running since long.
		sql := "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = ?"
		if err := s.DB().Exec(sql, time.Now().UTC().Add(-time.Hour)).Error; err != nil {
			t.Fatal(err)
		}
		ran := make(chan int, 1)
		start(t, s, jobs.Options{Poll: 100 * time.Millisecond}, map[string]jobs.Handler{"mail": func(_ context.Context, j jobs.Job) error {
			ran <- j.Attempt
			return nil
		}})
		same(t, await(t, ran, "the rescue"), 2)
	})
}

func TestPeriodicJobsRunAtTheStartAndNeedAHandler(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ran := make(chan string, 10)
		start(t, s, jobs.Options{Every: map[string]time.Duration{"expire": time.Hour}}, map[string]jobs.Handler{
			"expire": func(_ context.Context, j jobs.Job) error { ran <- j.Kind; return nil },
		})
		same(t, await(t, ran, "the periodic job"), "expire")
		_, err := s.Engine(map[string]jobs.Handler{}, jobs.Options{Every: map[string]time.Duration{"expire": time.Hour}})
		if err == nil || !strings.Contains(err.Error(), "expire") {
			t.Errorf("an engine without the handler: %v", err)
		}
	})
}

func TestStopWaitsForRunningJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		began, finish := make(chan struct{}), make(chan struct{})
		var finished atomic.Bool
		e, err := s.Engine(map[string]jobs.Handler{"mail": func(ctx context.Context, _ jobs.Job) error {
			close(began)
			<-finish
			finished.Store(ctx.Err() == nil)
			return nil
		}}, jobs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		enqueue(t, s, job(t, "mail", "a"))
		await(t, began, "the job")
		stopped := make(chan error, 1)
		go func() { stopped <- e.Stop(context.Background()) }()
		close(finish)
		if err := await(t, stopped, "the stop"); err != nil {
			t.Error(err)
		}
		if !finished.Load() {
			t.Error("the job was cut off")
		}
		same(t, runDue(t, s, time.Now().Add(time.Hour), done, "mail"), []string(nil))
	})
}

func TestStopCutsOffWhatIsTooSlow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		began := make(chan struct{}, 2)
		e, err := s.Engine(map[string]jobs.Handler{"mail": func(ctx context.Context, _ jobs.Job) error {
			began <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}}, jobs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		enqueue(t, s, job(t, "mail", "a"))
		await(t, began, "the job")
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if err := e.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if ran := runDue(t, s, time.Now().Add(3*time.Hour), done, "mail"); len(ran) != 1 {
			t.Errorf("the job is lost: ran %v", ran)
		}
	})
}
