package actions

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// personal are the fields of payloads that hold what somebody wrote, or an address; compared without case and underscores.
var personal = []string{"note", "oldemail", "newemail", "email", "search"}

// trimmed is a payload without what is personal in it, at any depth; nil for one that cannot be read. Everything else stays:
// cards and limits go on reading it.
func trimmed(payload []byte) []byte {
	if len(payload) == 0 {
		return payload
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return nil
	}
	trim(value)
	out, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return out
}

func trim(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, field := range v {
			if name == "look" { // when somebody was in a members area
				delete(v, name)
				continue
			}
			if _, text := field.(string); text && slices.Contains(personal, strings.ToLower(strings.ReplaceAll(name, "_", ""))) {
				delete(v, name)
				continue
			}
			trim(field)
		}
	case []any:
		for _, item := range v {
			trim(item)
		}
	}
}

// hasDetail reports whether an audit entry says something as its detail.
func hasDetail(e store.AuditEntry, detail string) bool {
	var data auditData
	return json.Unmarshal(e.Data, &data) == nil && data.Detail == detail
}
