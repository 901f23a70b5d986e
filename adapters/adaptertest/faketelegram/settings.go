package faketelegram

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	commandName  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageCode = regexp.MustCompile(`^([a-z]{2})?$`)
)

// settings are the calls by which a bot introduces itself.
func (s *Server) settings(method string, p map[string]any) outcome {
	language := str(p["language_code"])
	if !languageCode.MatchString(language) {
		return wrong("LANG_CODE_INVALID")
	}
	switch method {
	case "getMyCommands", "setMyCommands", "deleteMyCommands":
		return s.myCommands(method, p, language)
	case "getMyDescription":
		return result(map[string]any{"description": s.profile["description/"+language]})
	case "getMyShortDescription":
		return result(map[string]any{"short_description": s.profile["short_description/"+language]})
	case "setMyDescription":
		return s.describe("description", language, str(p["description"]), 512)
	case "setMyShortDescription":
		return s.describe("short_description", language, str(p["short_description"]), 120)
	case "getChatMenuButton":
		return result(map[string]any{"type": s.menu})
	case "setChatMenuButton":
		var button struct {
			Type string `json:"type"`
		}
		if err := into(p["menu_button"], &button); err != nil || !slices.Contains([]string{"commands", "default"}, button.Type) {
			return wrong("MENU_BUTTON_INVALID")
		}
		s.menu = button.Type
		return result(true)
	}
	return outcome{code: 404, description: "Not Found: method not found"}
}

func (s *Server) describe(what, language, text string, most int) outcome {
	if length(text) > most {
		return wrong(fmt.Sprintf("%s is too long: %d of %d", what, length(text), most))
	}
	s.profile[what+"/"+language] = text
	return result(true)
}

func (s *Server) myCommands(method string, p map[string]any, language string) outcome {
	scope, no := s.scope(p["scope"])
	if no.code != 0 {
		return no
	}
	key := scope + "/" + language
	switch method {
	case "getMyCommands":
		list := s.commands[key]
		if list == nil {
			list = []map[string]string{}
		}
		return result(list)
	case "deleteMyCommands":
		delete(s.commands, key)
		return result(true)
	}
	var list []map[string]string
	if err := into(p["commands"], &list); err != nil {
		return wrong("can't parse commands: " + err.Error())
	}
	if len(list) > 100 {
		return wrong("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		about := c["description"]
		if len(c) != 2 || !commandName.MatchString(c["command"]) || strings.TrimSpace(about) == "" || length(about) > 256 {
			return wrong(fmt.Sprintf("BOT_COMMAND_INVALID: %v", c))
		}
	}
	s.commands[key] = list
	return result(true)
}

// scope names the scope of commands.
func (s *Server) scope(v any) (string, outcome) {
	if v == nil {
		return "default", outcome{}
	}
	var scope struct {
		Type string `json:"type"`
		Chat int64  `json:"chat_id"`
	}
	if err := into(v, &scope); err != nil {
		return "", wrong("can't parse BotCommandScope: " + err.Error())
	}
	switch scope.Type {
	case "chat":
		if c, ok := s.chats[scope.Chat]; !ok || !c.group && !c.started {
			return "", refuse(400, "Bad Request: chat not found")
		}
		return fmt.Sprintf("chat:%d", scope.Chat), outcome{}
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		if scope.Chat == 0 {
			return scope.Type, outcome{}
		}
	}
	return "", wrong("unsupported BotCommandScope")
}

// Commands are the words that are set for a scope ("default", "all_private_chats", "chat:5001") and a language; "" is for
// all others.
func (s *Server) Commands(scope, language string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var words []string
	for _, c := range s.commands[scope+"/"+language] {
		words = append(words, c["command"]+" - "+c["description"])
	}
	return words
}

// Profile is what is set: "description/pt", "short_description/".
func (s *Server) Profile(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.profile[key]
}

// Menu is the type of the menu button.
func (s *Server) Menu() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.menu
}
