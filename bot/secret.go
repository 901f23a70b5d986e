package main

import "log/slog"

// A Secret is a configuration value that must not be printed: whatever formats, logs or encodes it gets "…".
// Reveal is the one way out, so that all uses can be found by name.
type Secret string

const redacted = "…"

// Reveal returns the value itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the value; an empty secret stays empty, so that "not set" can be seen.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the value from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
