package discord

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
)

// TestLimits compares the numbers that we keep with those that the platform publishes.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	for path, got := range map[string]int{
		"message.content": maxContent, "message.embed_title": maxTitle, "message.embed_description": maxDescription, "message.embed_fields": maxFields,
		"message.embed_field_name": maxFieldName, "message.embed_field_value": maxFieldValue, "message.embed_total": maxEmbed,
		"message.legacy_action_rows": maxRows, "component.custom_id": maxCustomID, "component.action_row_buttons": maxRow, "component.button_label": maxButton,
		"component.select_options": maxOptions, "component.select_option_label": maxOption, "component.select_option_value": maxOption,
		"component.select_placeholder": maxPlaceholder, "component.text_display": maxTextDisplay, "modal.title": maxModalTitle, "modal.components_max": maxModalParts,
		"modal.label": maxLabel, "modal.label_description": maxLabelHint, "modal.text_input_value": maxInput, "modal.custom_id": maxCustomID,
		"command.options": maxCommandOptions, "command.description": maxCommandText, "command.choice_name": maxCommandText, "command.choice_string_value": maxCommandText,
		"command.choices": maxOptions, "command.autocomplete_choices": maxOptions,
		"component_types.action_row": actionRow, "component_types.button": buttonType, "component_types.string_select": stringSelect,
		"component_types.text_input": textInput, "component_types.text_display": textDisplay, "component_types.label": labelType,
		"component.button_styles.primary": stylePrimary, "component.button_styles.secondary": styleSecondary, "component.button_styles.danger": styleDanger,
		"flags.ephemeral": flagEphemeral, "interaction_types.ping": pingInteraction, "interaction_types.application_command": commandInteraction,
		"interaction_types.message_component": componentInteraction, "interaction_types.autocomplete": autocompleteInteraction,
		"interaction_types.modal_submit": modalInteraction, "callback_types.pong": answerPong, "callback_types.message": answerMessage,
		"callback_types.deferred_message": answerLater, "callback_types.deferred_update": answerUpdateLater, "callback_types.update": answerUpdate,
		"callback_types.autocomplete": answerChoices, "callback_types.modal": answerModal, "timing.initial_response_seconds": int(respondWithin / time.Second),
	} {
		if want := s.Limit("discord." + path); got != want {
			t.Errorf("%s is %d, want %d", path, got, want)
		}
	}
	for bit, p := range map[string]permission{"view_channel": viewChannel, "send_messages": sendMessages, "embed_links": embedLinks, "read_message_history": readHistory} {
		if want := permission(1) << s.Limit("discord.permission_bits."+bit); p != want {
			t.Errorf("%s is %d, want %d", bit, p, want)
		}
	}
	if deferAfter >= respondWithin || suggestWithin >= respondWithin {
		t.Error("answers are promised too late")
	}
}
