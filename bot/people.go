package main

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// peopleCommand manages the team. It does what the chat does, in the operator's name: with a secret_key also invitations.
type peopleCommand struct {
	List        peopleList        `cmd:"" help:"Show the team: roles and chat users."`
	Add         peopleAdd         `cmd:"" help:"Add somebody to the team, by the ids of his chat users."`
	Invite      peopleInvite      `cmd:"" help:"Print a code that lets a new colleague in, or links one more chat of somebody."`
	Role        peopleRole        `cmd:"" help:"Give somebody another role."`
	Remove      peopleRemove      `cmd:"" help:"Take somebody out of the team; the audit log keeps the name."`
	ResetFactor peopleResetFactor `cmd:"" help:"Forget the authenticator app of somebody who has lost it."`
}

// operator is who acts when a command does.
var operator = actions.Actor{ID: string(actions.System), Account: accountID, Name: "command line", Role: actions.System}

type peopleList struct {
	configFlags
}

// Help is the end of the command's --help.
func (peopleList) Help() string { return "Example:\n  aftersale people list" }

// Run prints the team as a table.
func (c peopleList) Run(p *program) error {
	core, s, err := c.core(p)
	if err != nil {
		return err
	}
	defer s.Close()
	page, err := core.People(p.ctx, operator, "", 0)
	if err != nil {
		return err
	}
	ids := make([]string, len(page.Members))
	for i, m := range page.Members {
		ids[i] = m.ID
	}
	users, err := s.In(p.ctx).IdentitiesOf(ids)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tROLE\tAPP\tCHAT USERS")
	for _, m := range page.Members {
		var chats []string
		for _, i := range users[m.ID] {
			chats = append(chats, i.Platform+"="+i.UserID)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Name, m.Role, map[bool]string{true: "yes", false: "no"}[m.SecondFactor], strings.Join(chats, " "))
	}
	for _, i := range page.Invitations {
		fmt.Fprintf(table, "%s\t%s\t\tinvited until %s\n", i.Name, i.Role, i.Until.Format(time.RFC3339))
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
	return "Nobody has to look for ids: `aftersale people invite` prints a code that the colleague says to the bot.\n\n" +
		"Example:\n  aftersale people add Ana --role agent --slack U0ANA --telegram 5001"
}

// Run adds one person.
func (c peopleAdd) Run(p *program) error {
	core, s, err := c.team(p)
	if err != nil {
		return err
	}
	defer s.Close()
	person := PersonConfig{Name: c.Name, Role: c.Role, Slack: c.Slack, Discord: c.Discord, Telegram: c.Telegram}
	in := actions.AddPersonInput{Name: c.Name, Role: actions.Role(c.Role)}
	for platform, user := range person.users() {
		in.Users = append(in.Users, actions.ChatUser{Platform: platform, User: user})
	}
	if _, err := core.AddPerson(p.ctx, operator, in); err != nil {
		return explainPeople(err)
	}
	fmt.Fprintf(p.stdout, "Added %s, %s.\n", strings.TrimSpace(c.Name), c.Role)
	return nil
}

// team is core over a database that has its shop.
func (f configFlags) team(p *program) (*actions.Core, *store.Store, error) {
	config, err := LoadConfig(f.Config, p.getenv)
	if err != nil {
		return nil, nil, err
	}
	core, s, err := f.core(p)
	if err != nil {
		return nil, nil, err
	}
	if _, err := ensureAccount(p.ctx, s, config, p.log); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return core, s, nil
}

type peopleInvite struct {
	configFlags
	Name string `arg:"" help:"How colleagues know him. Somebody who is there already gets one more chat."`
	Role string `enum:"agent,manager,producer,admin," default:"" help:"What somebody new may do: agent, manager, producer, admin."`
}

// Help is the end of the command's --help.
func (peopleInvite) Help() string {
	return "The code is good once, for 24 hours, for whoever says it to the bot: hand it to nobody else.\n\n" +
		"Example:\n  aftersale people invite Ana --role agent"
}

// Run prints the code of an invitation.
func (c peopleInvite) Run(p *program) error {
	core, s, err := c.team(p)
	if err != nil {
		return err
	}
	defer s.Close()
	in := actions.InviteInput{Name: c.Name, Role: actions.Role(c.Role)}
	person, err := personNamed(s.In(p.ctx), c.Name)
	switch {
	case err == nil && c.Role != "":
		return fmt.Errorf("%s is in the team already, as %s; without --role one more chat is linked", person.Name, person.Role)
	case err == nil:
		in.Person = person.ID
	case c.Role == "":
		return usagef("nobody in the team is called %q: --role says what somebody new may do", c.Name)
	}
	made, err := core.Invite(p.ctx, operator, in)
	if err != nil {
		return explainPeople(err)
	}
	fmt.Fprintf(p.stdout, "%s\n%s says this code to the bot in a private chat, or behind the word join. It is good once, until %s.\n",
		made.Code, made.Name, made.Until.Format(time.RFC3339))
	return nil
}

type peopleRole struct {
	configFlags
	Name string `arg:"" help:"Name, as \"people list\" shows it."`
	Role string `arg:"" enum:"agent,manager,producer,admin" help:"What he may do from now on: ${enum}."`
}

// Help is the end of the command's --help.
func (peopleRole) Help() string { return "Example:\n  aftersale people role Ana manager" }

// Run changes a role.
func (c peopleRole) Run(p *program) error {
	return c.change(p, c.Name, "%s is "+c.Role+" from now on.\n", func(core *actions.Core, id string) error {
		return core.ChangeRole(p.ctx, operator, actions.ChangeRoleInput{Person: id, Role: actions.Role(c.Role)})
	})
}

type peopleRemove struct {
	configFlags
	Name string `arg:"" help:"Name, as \"people list\" shows it."`
}

// Help is the end of the command's --help.
func (peopleRemove) Help() string { return "Example:\n  aftersale people remove Ana" }

// Run removes one person.
func (c peopleRemove) Run(p *program) error {
	return c.change(p, c.Name, "Removed %s.\n", func(core *actions.Core, id string) error {
		return core.RemovePerson(p.ctx, operator, actions.RemovePersonInput{Person: id})
	})
}

type peopleResetFactor struct {
	configFlags
	Name string `arg:"" help:"Name, as \"people list\" shows it."`
}

// Help is the end of the command's --help.
func (peopleResetFactor) Help() string {
	return "Make sure first that it is really him who asks. He sets up another app with the word security.\n\n" +
		"Example:\n  aftersale people reset-factor Ana"
}

// Run forgets an authenticator app.
func (c peopleResetFactor) Run(p *program) error {
	return c.change(p, c.Name, "The authenticator app of %s is forgotten.\n", func(core *actions.Core, id string) error {
		return core.ResetFactor(p.ctx, operator, actions.ResetFactorInput{Person: id})
	})
}

// change does something to one of the team, and says so with his name.
func (f configFlags) change(p *program, name, done string, do func(core *actions.Core, id string) error) error {
	core, s, err := f.core(p)
	if err != nil {
		return err
	}
	defer s.Close()
	person, err := personNamed(s.In(p.ctx), name)
	if err != nil {
		return err
	}
	if err := do(core, person.ID); err != nil {
		return explainPeople(err)
	}
	fmt.Fprintf(p.stdout, done, person.Name)
	return nil
}

// explainPeople says in the operator's language what the actions say by key.
func explainPeople(err error) error {
	var e *actions.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Key {
	case "people.name_missing":
		return usagef("the name is empty")
	case "people.name_long":
		return usagef("the name is longer than %d characters", actions.MaxPersonName)
	case "people.name_taken":
		return fmt.Errorf("%v is in the team already", e.Args["name"])
	case "people.chat_taken":
		return fmt.Errorf("one of these chat users is %v already", e.Args["name"])
	case "people.last":
		return errors.New("nobody would be left to manage the team: give somebody else the role producer or admin first")
	case "people.role_same":
		return fmt.Errorf("%v is %v already", e.Args["name"], e.Args["role"])
	case "people.many_invitations":
		return fmt.Errorf("%v invitations are open already: take one back in chat, or wait until one is used", e.Args["max"])
	}
	if errors.Is(err, vault.ErrNoSecret) {
		return errors.New("an invitation needs secret_key (or AFTERSALE_SECRET_KEY), the one that the bot runs with")
	}
	return err
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
