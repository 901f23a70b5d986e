package flowstest

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A meter reads how much processor time this process and the database's processes have used. On a machine that others
// use too it tells more than the clock: what is the bottleneck on an idle machine is the same share of a busy one.
type meter struct{ processes []string }

// meter finds the processes; without /proc, or with the server elsewhere, it finds none.
func (sh *benchShop) meter(b *testing.B) meter {
	b.Helper()
	m := meter{[]string{"self"}}
	if sh.store.Dialect() == "sqlite" {
		return m
	}
	rows, err := sh.side.Query("SELECT pid FROM pg_stat_activity")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			b.Fatal(err)
		}
		m.processes = append(m.processes, strconv.Itoa(pid))
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return m
}

// tick is the unit of /proc: a hundredth of a second on every Linux that we know.
const tick = 10 * time.Millisecond

// read returns the time used so far; 0 when it cannot be known.
func (m meter) read() time.Duration {
	var sum time.Duration
	for _, pid := range m.processes {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			return 0
		}
		// proc(5): behind the name in brackets, the 12th and 13th fields are user and system time.
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 13 {
			return 0
		}
		for _, f := range fields[11:13] {
			n, err := strconv.Atoi(f)
			if err != nil {
				return 0
			}
			sum += time.Duration(n) * tick
		}
	}
	return sum
}
