package flowstest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store/jobs"
)

// TestAlarmReachesTheRoom has much of a product come back: the room is told once, without a buyer's name, and a press of the
// card leads whoever pressed to what came back.
func TestAlarmReachesTheRoom(t *testing.T) {
	t.Parallel()
	var sold strings.Builder
	for i := range 6 {
		fmt.Fprintf(&sold, "  HP%d: {product: Pão em Casa, buyer: Marina Duarte <m%d@example.com>, price: 97.00 BRL, status: refunded, ordered: -0d}\n", 1100000100+i, i)
	}
	g := parseGiven(t, []byte("now: 2026-03-10T12:00:00Z\nlocale: en\npeople: {ana: agent}\npurchases:\n"+sold.String()))
	w := open(t, g)
	for range 2 {
		if err := w.handlers[actions.JobExpire](t.Context(), jobs.Job{}); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
	}
	said := strings.Join(w.chats.take(), "\n")
	if n := strings.Count(said, "Pão em Casa: much is coming back in one day"); n != 1 {
		t.Errorf("the room was told %d times:\n%s", n, said)
	}
	if strings.Contains(said, "Marina") || strings.Contains(said, "[Show chargebacks]") || !strings.Contains(said, "6 refunds or chargebacks in 24 hours, more than 5 times the usual (up to 0 a day)") {
		t.Errorf("the room reads:\n%s", said)
	}
	press, err := parseAct("ana> " + room + " [Show refunds]")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.act(press, true); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(w.chats.take(), "\n"); !strings.Contains(said, "Which of these purchases?") {
		t.Errorf("ana reads:\n%s", said)
	}
}
