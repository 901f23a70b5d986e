package main

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// peopleCommand manages the team.
type peopleCommand struct {
	List   peopleList   `cmd:"" help:"Show the team: roles and chat users."`
	Add    peopleAdd    `cmd:"" help:"Add somebody to the team."`
	Remove peopleRemove `cmd:"" help:"Take somebody out of the team; the audit log keeps the name."`
}

type peopleList struct {
	configFlags
}

// Help is the end of the command's --help.
func (peopleList) Help() string { return "Example:\n  aftersale people list" }

// Run prints the team as a table.
func (c peopleList) Run(p *program) error {
	_, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	people, err := s.In(p.ctx).People(accountID)
	if err != nil {
		return err
	}
	ids := make([]string, len(people))
	for i, person := range people {
		ids[i] = person.ID
	}
	users, err := s.In(p.ctx).IdentitiesOf(ids)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tROLE\tCHAT USERS")
	for _, person := range people {
		var chats []string
		for _, i := range users[person.ID] {
			chats = append(chats, i.Platform+"="+i.UserID)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", person.Name, person.Role, strings.Join(chats, " "))
	}
	return table.Flush()
}

type peopleAdd struct {
	configFlags
	Name     string `arg:"" help:"How colleagues know him."`
	Role     string `required:"" enum:"agent,manager,producer,admin" help:"What he may do: ${enum}."`
	Slack    string `help:"Slack user id, such as U0ANA." placeholder:"ID"`
	Discord  string `help:"Discord user id." placeholder:"ID"`
	Telegram int64  `help:"Telegram user id." placeholder:"ID"`
}

// Help is the end of the command's --help.
func (peopleAdd) Help() string {
	return "Example:\n  aftersale people add Ana --role agent --slack U0ANA --telegram 5001"
}

// Run adds one person.
func (c peopleAdd) Run(p *program) error {
	config, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	c.Name = strings.TrimSpace(c.Name)
	if c.Name == "" {
		return usagef("the name is empty")
	}
	person := PersonConfig{Name: c.Name, Role: c.Role, Slack: c.Slack, Discord: c.Discord, Telegram: c.Telegram}
	if _, err := ensureAccount(p.ctx, s, config, p.log); err != nil {
		return err
	}
	err = s.Tx(p.ctx, func(tx *store.Store) error {
		if err := free(tx, person); err != nil {
			return err
		}
		return addPerson(tx, person, "command line")
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Added %s, %s.\n", person.Name, person.Role)
	return nil
}

// free refuses a name or a chat user that somebody of the team has already: who may do what must not change in passing.
func free(tx *store.Store, p PersonConfig) error {
	people, err := tx.People(accountID)
	if err != nil {
		return err
	}
	for _, other := range people {
		if strings.EqualFold(other.Name, p.Name) {
			return fmt.Errorf("%s is in the team already, as %s", other.Name, other.Role)
		}
	}
	for platform, user := range p.users() {
		who, err := tx.WhoIs(accountID, platform, user)
		if err == nil && who.Person.ID != "" {
			return fmt.Errorf("%s user %s is %s already", platform, user, who.Person.Name)
		}
		if err != nil && !isNotFound(err) {
			return err
		}
	}
	return nil
}

type peopleRemove struct {
	configFlags
	Name string `arg:"" help:"Name, as \"people list\" shows it."`
}

// Help is the end of the command's --help.
func (peopleRemove) Help() string { return "Example:\n  aftersale people remove Ana" }

// Run removes one person.
func (c peopleRemove) Run(p *program) error {
	_, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Tx(p.ctx, func(tx *store.Store) error {
		person, err := personNamed(tx, c.Name)
		if err != nil {
			return err
		}
		if err := tx.RemovePerson(person.ID); err != nil {
			return err
		}
		return tx.Audit(store.AuditEntry{
			AccountID: accountID, At: now(), Actor: string(actions.System), ActorName: "command line", Action: "person.removed",
			Target: person.ID, Note: person.Name + ", " + person.Role,
		})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Removed %s.\n", c.Name)
	return nil
}

// personNamed finds somebody of the team by his name, whatever its case.
func personNamed(s *store.Store, name string) (store.Person, error) {
	people, err := s.People(accountID)
	if err != nil {
		return store.Person{}, err
	}
	i := slices.IndexFunc(people, func(p store.Person) bool { return strings.EqualFold(p.Name, strings.TrimSpace(name)) })
	if i < 0 {
		return store.Person{}, nobodyError{name}
	}
	return people[i], nil
}

// A nobodyError says that nobody of the team has that name.
type nobodyError struct{ name string }

func (e nobodyError) Error() string {
	return fmt.Sprintf("nobody in the team is called %q; `aftersale people list` shows who is there", e.name)
}

// users are the chat users that the person has, by platform.
func (p PersonConfig) users() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		telegram := ""
		if p.Telegram != 0 {
			telegram = strconv.FormatInt(p.Telegram, 10)
		}
		for _, u := range [][2]string{{"slack", p.Slack}, {"discord", p.Discord}, {"telegram", telegram}} {
			if u[1] != "" && !yield(u[0], u[1]) {
				return
			}
		}
	}
}
