package specs

import (
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A pattern is a regular expression of JavaScript's that may begin with a negative look-ahead, which Go's have not:
// "^(?!no)yes" is "^yes" and not "^no".
type pattern struct {
	text    string
	no, yes *regexp.Regexp // no may be nil
}

func regexpOf(text string) (jsonschema.Regexp, error) {
	p := pattern{text: text}
	rest, ok := strings.CutPrefix(text, "^(?!")
	var err error
	if ok {
		no, yes, _ := strings.Cut(rest, ")") // Slack's have no brackets inside
		text = "^" + yes
		if p.no, err = regexp.Compile("^" + no); err != nil {
			return nil, err
		}
	}
	p.yes, err = regexp.Compile(text)
	return p, err
}

// MatchString implements jsonschema.Regexp.
func (p pattern) MatchString(s string) bool {
	return p.yes.MatchString(s) && (p.no == nil || !p.no.MatchString(s))
}

// String implements jsonschema.Regexp.
func (p pattern) String() string { return p.text }
