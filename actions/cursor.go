package actions

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// A cursor is the place in a list where the next page begins: behind the last row shown. Rows that come or go meanwhile
// shift nothing. It names no more than a row's time and id, so it needs no signature, only a check.
type cursor struct {
	At   time.Time `json:"at"`
	ID   string    `json:"id"`
	Part bool      `json:"part,omitempty"` // the address is taken for a beginning
}

// String is the cursor as callers hold it.
func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // a year beyond 9999: no row has one
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads what String wrote; the empty text is the beginning.
func parseCursor(s string) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.ID == "" {
		return cursor{}, &Error{Code: Invalid, Key: "error.cursor", Err: err}
	}
	c.At = c.At.UTC()
	return c, nil
}
