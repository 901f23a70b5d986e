package fakediscord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// lookUp is what can be read of the bot, its application and its server, and how private chats are opened.
func (s *Server) lookUp(method, path string, body []byte) answer {
	parts := strings.Split(path, "/")
	switch {
	case path == "gateway":
		return ok(map[string]any{"url": s.socketURL()})
	case path == "gateway/bot":
		return ok(map[string]any{"url": s.socketURL(), "shards": 1, "session_start_limit": map[string]any{"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}})
	case path == "users/@me":
		return ok(map[string]any{"id": BotID, "username": "Cozinha da Ana", "discriminator": "0", "avatar": nil, "bot": true})
	case path == "users/@me/channels" && method == http.MethodPost:
		var in struct {
			RecipientID string `json:"recipient_id"`
		}
		if json.Unmarshal(body, &in) != nil || in.RecipientID == "" {
			return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
		}
		return ok(map[string]any{"id": s.direct(in.RecipientID), "type": 1})
	case parts[0] == "guilds" && len(parts) > 1 && (s.outside || parts[1] != GuildID):
		return refuse(http.StatusForbidden, 50001, "Missing Access")
	case parts[0] == "guilds" && len(parts) == 2:
		roles := []any{map[string]any{"id": GuildID, "permissions": fmt.Sprint(s.granted)}}
		return ok(map[string]any{"id": GuildID, "name": "Cozinha", "owner_id": "1", "roles": roles})
	case parts[0] == "guilds" && len(parts) == 4 && parts[2] == "members":
		return ok(map[string]any{"roles": []any{}, "user": map[string]any{"id": parts[3]}})
	}
	return refuse(http.StatusNotFound, 0, "404: Not Found")
}

// application is what can be read and changed of the application: settings and commands.
func (s *Server) application(method string, parts []string, body []byte) answer {
	if len(parts) == 2 && parts[1] == "@me" {
		var endpoint any
		if s.endpoint != "" {
			endpoint = s.endpoint
		}
		return ok(map[string]any{"id": ApplicationID, "name": "Cozinha da Ana", "verify_key": s.PublicKey(), "interactions_endpoint_url": endpoint, "flags": s.flags()})
	}
	if len(parts) < 3 || parts[1] != ApplicationID {
		return refuse(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	scope, rest := "", parts[2:]
	if rest[0] == "guilds" && len(rest) > 2 {
		scope, rest = rest[1], rest[2:]
		if s.outside || scope != GuildID {
			return refuse(http.StatusForbidden, 50001, "Missing Access")
		}
	}
	if rest[0] != "commands" {
		return refuse(http.StatusNotFound, 0, "404: Not Found")
	}
	if len(rest) == 2 && method == http.MethodDelete {
		s.commands[scope] = slices.DeleteFunc(s.commands[scope], func(c map[string]any) bool { return c["id"] == rest[1] })
		return done()
	}
	if method == http.MethodGet {
		return ok(append([]map[string]any{}, s.commands[scope]...))
	}
	return s.upsert(scope, body)
}

// upsert registers a command; one of the same name is replaced.
func (s *Server) upsert(scope string, body []byte) answer {
	var c map[string]any
	if json.Unmarshal(body, &c) != nil {
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	if scope != "" && (c["contexts"] != nil || c["integration_types"] != nil) {
		s.wrong("contexts and integration types are for commands of all servers")
	}
	// What Discord adds by itself, and what it leaves out.
	c["application_id"], c["version"], c["default_member_permissions"], c["nsfw"], c["name_localizations"] = ApplicationID, s.id(), nil, false, nil
	if scope != "" {
		c["contexts"], c["integration_types"] = nil, []int{0}
	}
	i := slices.IndexFunc(s.commands[scope], func(o map[string]any) bool { return o["name"] == c["name"] })
	if i >= 0 {
		c["id"] = s.commands[scope][i]["id"]
		s.commands[scope][i] = c
		return ok(c)
	}
	c["id"] = s.id()
	s.commands[scope] = append(s.commands[scope], c)
	return answer{http.StatusCreated, c}
}

// Commands are those registered for all servers, or for one.
func (s *Server) Commands(guild string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands[guild])
}

// Register puts a command there, as somebody else did.
func (s *Server) Register(guild string, command map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	command["id"] = s.id()
	s.commands[guild] = append(s.commands[guild], command)
}
