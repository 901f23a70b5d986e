package slack

import (
	"errors"
	"net/url"

	"github.com/aftersale/aftersale/adapters/chat"
)

var (
	errNotJSON  = errors.New("not JSON of a kind that Slack sends")
	errNotForm  = errors.New("not a form of a kind that Slack sends")
	errNobody   = errors.New("nobody did it")
	errNothing  = errors.New("nothing that a flow could use") // joins, edits, what bots say
	errNoAction = errors.New("no button of ours")
)

// maxText is how many characters of a text are read: above any answer, below what hurts.
const maxText = 12_000

// decodeCommand reads a slash command; get reads a value of its form, or of its JSON in Socket Mode.
func decodeCommand(get func(name string) string) (event, error) {
	e := event{
		kind: commandKind, team: get("team_id"), user: get("user_id"), userName: get("user_name"),
		channel: get("channel_id"), trigger: get("trigger_id"), responseURL: get("response_url"),
	}
	if e.user == "" {
		return event{}, errNobody
	}
	if e.trigger != "" {
		e.id = "command:" + e.trigger
	}
	e.input = chat.ParseWords(chat.Clean(plain(get("text"))))
	return e, nil
}

// decodeForm reads a slash command as it comes over HTTP.
func decodeForm(body []byte) (event, url.Values, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return event{}, nil, errNotForm
	}
	e, err := decodeCommand(form.Get)
	return e, form, err
}
