package remote

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// A Call is one request to a platform.
type Call struct {
	Name   string // what it does, for errors and logs, such as "read a sale": without anybody's data
	Method string
	Path   string // below the Client's base, escaped
	Query  url.Values
	Header http.Header
	// Body is sent as JSON, unless it is url.Values, which are sent as a form. Nil: there is none.
	Body any
	// Into is where the answer is decoded; nil: it is not.
	Into any
	// Once has a reading tried once only. Writes always are.
	Once bool
	// Secrets must not be in any error, whatever the platform answers: tokens, passwords. Plain or escaped.
	Secrets []string
	// Timeout of one try; 0: as the Client has it.
	Timeout time.Duration
	// Free calls are not counted against the quota.
	Free bool
}

// reads reports whether a call changes nothing, so that it may be repeated.
func (c Call) reads() bool { return c.Method == http.MethodGet || c.Method == http.MethodHead }

// An Answer is what a platform said to a call that it carried out.
type Answer struct {
	Status int
	Header http.Header
	// Empty reports that there was nothing to decode: Into is as it was.
	Empty bool
	// At is when the try was sent by which this answer came: whatever it tells was so then, or later.
	At time.Time
}

// Do makes a call and decodes its answer. Readings are tried up to three times, writes once. It returns an error for every
// answer but 2xx, and for one that is no JSON though it should be.
//
// Errors: *Error.
func (c *Client) Do(ctx context.Context, call Call) (Answer, error) {
	body, kind, err := encode(call.Body)
	if err != nil {
		return Answer{}, &Error{Call: call.Name, Unsent: true, Description: "the request cannot be written as JSON"}
	}
	tries := 1
	if call.reads() && !call.Once {
		tries = readTries
	}
	for try := 1; ; try++ {
		answer, failed := c.try(ctx, call, body, kind)
		if failed == nil {
			return answer, nil
		}
		pause, again := c.again(failed, try)
		if !again || try == tries || !fits(ctx, pause) || c.o.Wait(ctx, pause) != nil {
			return Answer{}, failed
		}
	}
}

// encode writes a body, and says of what kind it is.
func encode(body any) (text []byte, kind string, err error) {
	switch b := body.(type) {
	case nil:
		return nil, "application/json", nil
	case url.Values:
		return []byte(b.Encode()), "application/x-www-form-urlencoded", nil
	}
	text, err = json.Marshal(body)
	return text, "application/json", err
}
