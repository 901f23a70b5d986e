package actions

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A task is a request that somebody of the team carries out by hand, in the commerce platform's own panel: one in the state
// RequestAssisted. It has no row of its own. It is over when the platform shows what was asked for; what somebody says of it
// only decides when the platform is looked at (decision 0048).

// A Said is what somebody of the team says of a task. It is never enough where the platform can be read.
type Said struct {
	By      string    `json:"by,omitempty"`       // actor id
	Name    string    `json:"by_name,omitempty"`  // of him
	Chat    string    `json:"identity,omitempty"` // through which he said it
	At      time.Time `json:"at,omitzero"`        // zero: nobody has said anything
	Cannot  bool      `json:"cannot,omitempty"`   // that it cannot be done, because of Note; else that it is done
	Note    string    `json:"note,omitempty"`     // whoever asked reads it
	Looks   int       `json:"looks,omitempty"`    // at the platform, since
	Unread  bool      `json:"unread,omitempty"`   // the last of them had no answer
	Doubted time.Time `json:"doubted,omitzero"`   // when the platform had not shown it for a day
	Shown   bool      `json:"confirmed,omitzero"` // the platform does
}

// Open reports whether somebody has said something that is being looked into.
func (s Said) Open() bool { return !s.At.IsZero() && s.Doubted.IsZero() && !s.Shown }

// How a task may end beside being shown as done by the platform: details of its request.
const (
	TaskWord   = "task.word"   // done by somebody's word: the platform cannot show it
	TaskCannot = "task.cannot" // refused, by somebody of the team
)

// doubtAfter is how long the platform may take to show what somebody says is done.
const doubtAfter = 24 * time.Hour

// taskLooks are the pauses between looks at the platform once somebody has said that a task is done; after the last it is
// looked at each hour, like all that waits there.
var taskLooks = []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, lookAgain}

// untilNextLook is the pause after so many looks.
func untilNextLook(looks int) time.Duration { return taskLooks[min(max(looks-1, 0), len(taskLooks)-1)] }

// nextLook is when the platform is looked at again for what somebody says is done; zero when nobody says so.
func nextLook(o order, row store.Request) time.Time {
	if !o.Said.Open() || o.Said.Looks == 0 {
		return time.Time{}
	}
	return row.UpdatedAt.UTC().Add(untilNextLook(o.Said.Looks))
}

// mayFinish is the policy for saying what became of a task: whoever may do the operation where it is done by the platform's
// API. A claim is approved by those who decide.
func mayFinish(who Actor, op Operation) bool {
	if op == OpApproveClaim {
		return who.Is(Deciders...)
	}
	return who.Staff()
}

// panel is how an operation is done by hand.
func (c *Core) panel(op Operation) Panel {
	if c.guide == nil {
		return Panel{}
	}
	return c.guide.Panel(op)
}

// A TaskPage is a part of the list of open tasks.
type TaskPage struct {
	Tasks []Task
	Next  string // cursor of the next page; empty on the last
}

// A Task is a row of that list.
type Task struct {
	Key     string // of its request
	Action  string
	Op      Operation
	Product string
	Buyer   Buyer
	Since   time.Time
	AskedBy string // name of who of the team asked; empty: the buyer, or the program
	Said    Said
}

// Tasks lists open tasks, the oldest first.
//
// Errors: Invalid for a cursor that is none; Denied for anybody but the team; Unavailable.
func (c *Core) Tasks(ctx context.Context, who Actor, cursorText string, limit int) (TaskPage, error) {
	if !who.Staff() {
		return TaskPage{}, &Error{Code: Denied, Key: "error.role"}
	}
	from, err := parseCursor(cursorText)
	if err != nil {
		return TaskPage{}, err
	}
	size := Filter{Limit: limit}.size()
	s := c.store.In(ctx)
	rows, err := s.Tasks(who.Account, store.Cursor{At: from.At, ID: from.ID}, size+1)
	if err != nil {
		return TaskPage{}, failed("list tasks", err)
	}
	var page TaskPage
	if len(rows) > size {
		rows = rows[:size]
		page.Next = cursor{At: rows[size-1].CreatedAt, ID: rows[size-1].Key}.String()
	}
	page.Tasks, err = c.tasks(s, who.Account, rows)
	return page, failed("list tasks", err)
}

// tasks reads what the rows of the list say beside their requests.
func (c *Core) tasks(s *store.Store, account string, rows []store.Request) ([]Task, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.PurchaseID
	}
	purchases, err := s.PurchasesByID(account, ids)
	if err != nil {
		return nil, err
	}
	names, err := c.teamNames(s, account)
	if err != nil {
		return nil, err
	}
	all := make([]Task, len(rows))
	for i, row := range rows {
		o, err := parseOrder(row.Payload)
		if err != nil {
			return nil, err
		}
		p := toPurchase(purchases[row.PurchaseID])
		all[i] = Task{Key: row.Key, Action: row.Action, Op: o.Order.Op, Product: p.Product.Name, Buyer: p.Buyer, Since: row.CreatedAt.UTC(),
			AskedBy: names[row.AskedBy], Said: o.Said}
	}
	return all, nil
}

// teamNames are the names of the team by their ids.
func (c *Core) teamNames(s *store.Store, account string) (map[string]string, error) {
	people, err := s.People(account)
	names := make(map[string]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
}

// A TaskCount is how many tasks are open.
type TaskCount struct {
	Open   int // at most MaxTasks: as many as are counted
	Oldest Task
}

// MaxTasks is how far open tasks are counted.
const MaxTasks = 1000

// CountTasks counts the open tasks, for the team; for anybody else there are none.
//
// Errors: Unavailable.
func (c *Core) CountTasks(ctx context.Context, who Actor) (TaskCount, error) {
	if !who.Staff() {
		return TaskCount{}, nil
	}
	s := c.store.In(ctx)
	n, err := s.CountTasks(who.Account, MaxTasks)
	if err != nil || n == 0 {
		return TaskCount{}, failed("count tasks", err)
	}
	rows, err := s.Tasks(who.Account, store.Cursor{}, 1)
	if err != nil {
		return TaskCount{}, failed("find the oldest task", err)
	}
	list, err := c.tasks(s, who.Account, rows)
	if err != nil || len(list) == 0 {
		return TaskCount{}, failed("find the oldest task", err)
	}
	return TaskCount{Open: n, Oldest: list[0]}, nil
}
