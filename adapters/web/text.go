package web

import (
	"crypto/sha256"
	"encoding/hex"
)

// delivery names a post by what the browser called it and by all that it says, so that a repeat is known, another text
// under the same name is not lost, and nobody can name somebody else's.
func delivery(p Pane, user, id, text string) string {
	sum := sha256.Sum256([]byte(string(p) + "\x00" + user + "\x00" + id + "\x00" + text))
	return "say-" + hex.EncodeToString(sum[:12])
}
