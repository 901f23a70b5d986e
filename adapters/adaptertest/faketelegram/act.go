package faketelegram

import (
	"net/http"
)

// act does what a method says.
func (s *Server) act(r *http.Request, method string, p map[string]any) outcome {
	if method == "getUpdates" {
		return s.getUpdates(r, p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	switch method {
	case "getMe":
		return result(map[string]any{"id": BotID, "is_bot": true, "first_name": "Cozinha da Ana", "username": Username, "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false})
	case "sendMessage":
		return s.sendMessage(p)
	case "sendDocument":
		return s.sendDocument(p)
	case "getFile":
		return s.getFile(p)
	case "sendPhoto":
		return s.sendPhoto(p)
	case "editMessageText":
		return s.editMessageText(p)
	case "deleteMessage":
		return s.deleteMessage(p)
	case "answerCallbackQuery":
		return s.answerCallbackQuery(p)
	case "sendChatAction":
		return s.sendChatAction(p)
	case "setWebhook":
		return s.setWebhook(p)
	case "deleteWebhook":
		return s.deleteWebhook()
	case "getWebhookInfo":
		return s.getWebhookInfo()
	}
	return s.settings(method, p)
}
