package flows_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
)

// operation finds a row of the README's map: "| 4 | Refund for the buyer | `refund` | B A M P |".
var operation = regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$`)

// TestReadmeSaysWhatWorks compares the map of operations with the commands that there are. An operation without a command says
// "not yet" there; once it has one, the row has to say which.
func TestReadmeSaysWhatWorks(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]actions.Role{"B": actions.BuyerRole, "A": actions.Agent, "M": actions.Manager, "P": actions.Producer}
	later := map[string][]string{"7": {"reactivate"}, "8": {"password"}} // the words that are meant for what is not yet there
	rows := operation.FindAllStringSubmatch(string(readme), -1)
	if len(rows) != 13 {
		t.Fatalf("the README lists %d operations, want 13", len(rows))
	}
	for _, row := range rows {
		number, name, words, who := row[1], row[2], row[3], strings.Fields(row[4])
		if strings.TrimSpace(words) == "not yet" {
			for _, word := range later[number] {
				if slices.Contains(flows.Commands(actions.Admin), word) {
					t.Errorf("%s (%s) works by `%s`: the README still says not yet", number, name, word)
				}
			}
			continue
		}
		for word := range strings.SplitSeq(words, ",") {
			word = strings.Trim(word, " `")
			for letter, role := range roles {
				if may := slices.Contains(flows.Commands(role), word); slices.Contains(who, letter) && !may {
					t.Errorf("%s (%s): the README says that %s has `%s`, and he has not", number, name, role, word)
				}
			}
		}
	}
}
