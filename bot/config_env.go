package main

import (
	"os"
	"strings"
)

// environment reads the variable of every key over what the file said. An empty variable counts as not set.
func (r *configReader) environment(c *Config, getenv func(string) string) {
	for _, k := range keys(c) {
		name, text := k.env(), getenv(k.env())
		if k.secret {
			if file := getenv(k.env() + "_FILE"); file != "" {
				if text != "" {
					r.mistakes.add(name, "is set, and so is %s_FILE: one of the two must go", name)
					continue
				}
				content, err := os.ReadFile(file) // #nosec G304 -- the operator names it
				if err != nil {
					r.mistakes.add(name+"_FILE", "%s cannot be read: %v", file, cause(err))
					continue
				}
				// Editors and echo end a file with a line break that is not part of the secret.
				name, text = name+"_FILE", strings.TrimRight(string(content), "\r\n")
				if text == "" {
					r.mistakes.add(name, "%s is empty", file)
					continue
				}
			}
		}
		if text == "" {
			continue
		}
		r.places[k.path] = name
		if err := setScalar(k.value, text); err != nil {
			r.unread[k.path] = true
			r.mistakes.add(name, "%v", err)
		}
	}
}
