package flowstest

import (
	"fmt"
	"strings"
	"testing"
)

// TestStatements counts what an interaction sends to the database, each of which is a round trip, and holds it to one
// commit that has to reach the disk. A number that grows is a mistake or a decision; it is written here, and what it
// costs is measured by BenchmarkInteractions.
func TestStatements(t *testing.T) {
	t.Parallel()
	want := map[string]map[string][]int{ // by dialect and kind of story, for each gesture; begin and commit included
		"sqlite":   {"manager": {6, 7, 12, 7, 26}, "buyer": {6, 10, 12, 7, 7, 7, 26}},
		"postgres": {"manager": {6, 7, 12, 7, 25}, "buyer": {6, 10, 12, 7, 7, 7, 25}},
	}
	for dialect, kinds := range want {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			sh := openShop(t, dialect, 2)
			sh.record(t, recordedManager-2) // the first entry of all makes the end of the audit chain
			for kind, s := range map[string]story{"manager": recordedManager, "buyer": recordedBuyer} {
				r := sh.record(t, s)
				for i, turn := range r.turns {
					if got, want := len(turn.statements), kinds[kind][i]; got != want {
						t.Errorf("%s, %s: %d statements, want %d", kind, turn.gesture, got, want)
					}
					if n := turn.durable(); n != 1 {
						t.Errorf("%s, %s: %d commits to disk, want 1", kind, turn.gesture, n)
					}
				}
				for _, turn := range r.turns {
					t.Log(kind, turn) // shown when it fails, and with -v
				}
			}
		})
	}
}

// durable counts what has to reach the disk before the interaction goes on: commits, and writes outside of transactions.
func (t turnRecord) durable() int {
	n, inside := 0, false
	for _, s := range t.statements {
		switch verb, _, _ := strings.Cut(s.sql, " "); strings.ToUpper(verb) {
		case "BEGIN":
			inside = true
		case "COMMIT":
			n, inside = n+1, false
		case "SELECT":
		default:
			if !inside {
				n++
			}
		}
	}
	return n
}

// String lists what a turn sent.
func (t turnRecord) String() string {
	lines := []string{fmt.Sprintf("%s: %d statements", t.gesture, len(t.statements))}
	for _, s := range t.statements {
		sql := strings.Join(strings.Fields(s.sql), " ")
		if len(sql) > 150 {
			sql = sql[:90] + " … " + sql[len(sql)-55:]
		}
		lines = append(lines, "   "+sql)
	}
	return strings.Join(lines, "\n")
}
