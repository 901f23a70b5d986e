package slack

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
)

// An outer event is what the Events API wraps each event in (specs: slack-event-wrapper.schema.json).
type outerEvent struct {
	Type      string `json:"type"` // event_callback, url_verification, app_rate_limited
	Challenge string `json:"challenge"`
	TeamID    string `json:"team_id"`
	EventID   string `json:"event_id"`
	Event     struct {
		Type        string `json:"type"`
		Subtype     string `json:"subtype"`
		User        string `json:"user"`
		BotID       string `json:"bot_id"`
		Text        string `json:"text"`
		Channel     string `json:"channel"`
		ChannelType string `json:"channel_type"`
		TS          string `json:"ts"`
		ThreadTS    string `json:"thread_ts"`
		Tab         string `json:"tab"`
		Files       []struct {
			Name string `json:"name"`
			Size int64  `json:"size"`
			URL  string `json:"url_private_download"` // none for what lies elsewhere
		} `json:"files"`
	} `json:"event"`
}

// mention is how a message begins that speaks to the bot.
var mention = regexp.MustCompile(`^\s*<@([A-Z0-9]+)(?:\|[^>]*)?>[\s,:]*`)

// decodeEvent reads what the Events API sends: messages to the bot, mentions of it, replies in threads, its home tab being opened.
// A challenge is returned to be sent back.
func decodeEvent(body []byte, command string) (e event, challenge string, err error) {
	var o outerEvent
	if err := json.Unmarshal(body, &o); err != nil {
		return event{}, "", errNotJSON
	}
	if o.Type == "url_verification" {
		return event{}, o.Challenge, nil
	}
	in := o.Event
	e = event{team: o.TeamID, user: in.User, channel: in.Channel, thread: in.ThreadTS, bot: in.BotID != ""}
	if o.EventID != "" {
		e.id = "event:" + o.EventID
	}
	switch {
	case o.Type != "event_callback":
		return e, "", errNothing
	case e.user == "":
		return e, "", errNothing // edits and deletions have their user elsewhere; nothing here waits for them
	case in.Type == "app_home_opened" && in.Tab == "home":
		e.kind, e.channel = homeKind, ""
		return e, "", nil
	case in.Type == "message" && in.ChannelType == "im" && said(in.Subtype):
		e.kind = typedKind
		text := clean(in.Text)
		if text == "" {
			return e, "", errNothing // a file or a sticker
		}
		e.input = chat.Parse(text, command)
		return e, "", nil
	case in.Type == "message" && (in.ChannelType == "channel" || in.ChannelType == "group") && in.ThreadTS != "" && in.ThreadTS != in.TS && said(in.Subtype):
		for _, f := range in.Files {
			e.files = append(e.files, chat.Attached{Name: f.Name, Size: f.Size, URL: f.URL})
		}
		e, ok := remark(e, in.Text)
		if !ok {
			return e, "", errNothing
		}
		return e, "", nil
	case in.Type == "app_mention" && said(in.Subtype) && !direct(in.Channel):
		e.kind = typedKind
		e.input = chat.ParseWords(strings.TrimPrefix(chat.Clean(plain(mention.ReplaceAllString(in.Text, ""))), "/"))
		return e, "", nil
	}
	return e, "", errNothing
}

// clean is a text as somebody wrote it.
func clean(text string) string { return chat.Clean(plain(text)) }

// said reports whether a message is one that somebody wrote just now; most subtypes tell of something else.
func said(subtype string) bool {
	return subtype == "" || subtype == "file_share" || subtype == "thread_broadcast" || subtype == "me_message"
}
