package hotmart_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// Chaos: people refund, cancel and reactivate by the bot, buyers and sellers do the same on the platform itself, webhooks come
// late, twice or never, calls end in every way that fake.Trouble knows, and the bot dies in the middle of them. In the end, when
// all is calm and everything was read once more:
//
//   - no refund was asked for twice, whatever became of the first answer: the server counts the calls that it took, and likewise
//     subscribers who were asked. What is not documented, such as whether a requested refund shows before it happens, is drawn anew
//     for each run;
//
//   - no paid state is lost, and none is left over: our store says of each sale and subscription what the server says;
//
//   - no request is left whose outcome is not known, and what each of them became is what the server shows.
//
//     AFTERSALE_TEST_LONG=1     10,000 operations on each database
//     AFTERSALE_TEST_SEED=…     that run again
const (
	chaosOperations     = 400
	chaosOperationsLong = 10_000
)

func TestChaos(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		operations, seed := chaosOperations, chaosSeed(t)
		if os.Getenv("AFTERSALE_TEST_LONG") == "1" {
			operations = chaosOperationsLong
		}
		t.Logf("AFTERSALE_TEST_SEED=%d, %d operations", seed, operations)
		c := newChaos(t, s, seed, false)
		c.shop.Suffer(trouble)
		for i := 0; i < operations && !t.Failed(); i++ {
			c.step()
		}
		c.calm()
		c.check()
		t.Log(c.summary())
	})
}

// chaosSeed is what everything is drawn from.
func chaosSeed(t *testing.T) uint64 {
	t.Helper()
	given := os.Getenv("AFTERSALE_TEST_SEED")
	if given == "" {
		return rand.Uint64()
	}
	seed, err := strconv.ParseUint(given, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// trouble is far worse than any day of the platform was.
var trouble = fake.Trouble{
	Limited: .01, GatewayFirst: .03, GatewayAfter: .04, CutFirst: .02, CutAfter: .04, Hang: .003, Expired: .02, Empty: .02, HTML: .02, HTMLError: .02,
	Seconds: .05, Currency: .2, Strings: .1, Spelling: .1,
	Lost: .1, Late: .2, Duplicate: .2, Reorder: .5,
}

// An operation is one thing that happens, as often as its weight among all.
type operation struct {
	name   string
	weight int
	do     func(c *chaos)
}

var operations = []operation{
	// What people do by the bot.
	{"refund", 14, (*chaos).refund},
	{"cancel", 8, (*chaos).cancel},
	{"reactivate", 10, (*chaos).reactivate},
	{"charge day", 5, (*chaos).chargeDay},
	{"decide", 8, (*chaos).decide},
	// What happens on the platform.
	{"buy", 8, (*chaos).buy},
	{"claim", 5, (*chaos).claim},
	{"withdraw", 3, (*chaos).withdraw},
	{"approve", 2, (*chaos).approveClaim},
	{"chargeback", 1, (*chaos).chargeback},
	{"refund in the panel", 1, (*chaos).refundInPanel},
	{"accept", 8, (*chaos).accept},
	{"cancel there", 2, (*chaos).cancelThere},
	{"pay", 4, (*chaos).pay},
	{"change e-mail", 2, (*chaos).changeEmail},
	{"no funds", 1, (*chaos).noFunds},
	// What our processes do.
	{"webhooks", 14, (*chaos).deliver},
	{"jobs", 25, (*chaos).jobs},
	{"jobs and death", 8, (*chaos).jobsAndDeath},
	{"jobs cut off", 5, (*chaos).jobsCutOff},
	{"restart", 3, (*chaos).restart},
	{"minute", 10, (*chaos).minute},
	{"hours", 10, (*chaos).hours},
	{"sync", 2, (*chaos).sync},
}

// step does one of them.
func (c *chaos) step() {
	sum := 0
	for _, o := range operations {
		sum += o.weight
	}
	n := c.random.IntN(sum)
	for _, o := range operations {
		if n -= o.weight; n < 0 {
			c.counts[o.name]++
			c.last = append(c.last, fmt.Sprintf("%s %s", c.clock().Format(time.DateTime), o.name))
			if len(c.last) > 40 {
				c.last = c.last[1:]
			}
			o.do(c)
			return
		}
	}
}
