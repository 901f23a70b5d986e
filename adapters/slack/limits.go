package slack

import "github.com/aftersale/aftersale/adapters/chat"

// Slack counts characters. Sources: Block Kit reference, chat.postMessage and views.open of docs.slack.dev, all read
// 2026-07.
const (
	measure = chat.Runes

	maxHeader  = 150  // of a header block
	maxSection = 3000 // of a section's text
	maxFact    = 2500 // of the facts in one rich_text block; the block itself has no published limit
	maxLabel   = 200  // of a fact; ours
	maxValue   = 1700 // of a fact; ours
	maxFacts   = 40   // of a card; ours: lists come in pages

	maxBlocks     = 50     // in a message
	maxViewBlocks = 100    // in a modal or home tab
	maxLength     = 12_000 // of all texts of a message; 13,200 are refused as msg_blocks_too_long
	maxNotice     = 1500   // of the text beside the blocks: notifications and screen readers

	maxButton      = 75
	maxRow         = 25 // elements of an actions block
	maxButtons     = 10 // in sight; a longer choice is a menu
	maxOptions     = 100
	maxOption      = 75
	maxPlaceholder = 150
	maxMenus       = 5 // menus of one card; what does not fit is a numbered list

	maxMemory     = 3000 // private_metadata of a modal
	maxModalTitle = 24
	maxSubmit     = 24
	maxAsk        = 2000 // label of a field
	maxHint       = 2000
	maxInput      = 3000 // typed into a field
	maxWrong      = 1000 // a problem beside a field; ours

	maxSureTitle  = 100
	maxSureText   = 300
	maxSureButton = 30

	maxAck = 19_000 // bytes of an acknowledgement; Socket Mode drops 20 kB in silence
)
