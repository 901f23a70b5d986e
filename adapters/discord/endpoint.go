package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
)

// errHungUp means that Discord did not wait for the first answer.
var errHungUp = errors.New("discord hung up before the answer")

// Routes registers POST /discord/interactions in ModeHTTP.
func (a *Adapter) Routes(mux *http.ServeMux) {
	if a.o.Mode == ModeHTTP {
		mux.HandleFunc("POST /discord/interactions", a.endpoint)
	}
}

// endpoint takes one call of Discord's. Nothing of it is read before its signature was checked.
func (a *Adapter) endpoint(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "The call is too large, or was cut off.", http.StatusRequestEntityTooLarge)
		return
	}
	if !a.signed(r.Header, body) {
		http.Error(w, "The signature is not Discord's, or too old.", http.StatusUnauthorized)
		return
	}
	var i interaction
	if err := json.Unmarshal(body, &i); err != nil {
		http.Error(w, "This is no interaction.", http.StatusBadRequest)
		return
	}
	if i.Type == pingInteraction {
		_ = write(w, callback{Type: answerPong})
		return
	}
	if !a.ours(&i) {
		http.Error(w, "This is not that application.", http.StatusForbidden)
		return
	}
	reply := newReply()
	a.take(i, reply)
	reply.serve(w, r)
}

// signed checks the signature over the raw body and its time. Discord prescribes no freshness; a call that was recorded
// must still not be played again for ever.
func (a *Adapter) signed(h http.Header, body []byte) bool {
	stamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return false
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(stamp) > 20 {
		return false
	}
	if age := a.o.Now().Sub(time.Unix(at, 0)); age > freshness || age < -freshness {
		return false
	}
	return ed25519.Verify(a.key, append([]byte(stamp), body...), signature)
}

// A reply is a responder whose answer is that to Discord's own call.
type reply struct {
	answer  chan callback
	nothing chan struct{}
	sent    chan struct{} // the answer was written
	gone    chan struct{} // Discord hung up, or was told that no answer comes here
	once    sync.Once
}

func newReply() *reply {
	return &reply{answer: make(chan callback, 1), nothing: make(chan struct{}), sent: make(chan struct{}), gone: make(chan struct{})}
}

// respond implements responder. It returns when the answer has left; its message's id is not known then.
func (r *reply) respond(ctx context.Context, c callback) (string, error) {
	select {
	case r.answer <- c:
	case <-r.gone:
		return "", errHungUp
	default:
		return "", errHungUp // a second one
	}
	select {
	case <-r.sent:
		return "", nil
	case <-r.gone:
		return "", errHungUp
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// none implements responder.
func (r *reply) none() { r.once.Do(func() { close(r.nothing) }) }

// serve waits for the answer and writes it.
func (r *reply) serve(w http.ResponseWriter, req *http.Request) {
	var c callback
	select {
	case c = <-r.answer:
	case <-req.Context().Done():
		close(r.gone)
		return
	case <-r.nothing:
		select {
		case c = <-r.answer: // it came at the same time
		default:
			close(r.gone)
			w.WriteHeader(http.StatusAccepted)
			return
		}
	}
	if write(w, c) != nil {
		close(r.gone)
		return
	}
	close(r.sent)
}

func write(w http.ResponseWriter, c callback) error {
	body, err := json.Marshal(c)
	if err != nil {
		http.Error(w, "The answer cannot be written.", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		return err
	}
	err = http.NewResponseController(w).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// runEndpoint waits while the routes serve. Before that it finds out whether the token is good, as nothing else would
// tell until a card is to be posted.
func (a *Adapter) runEndpoint(ctx context.Context) error {
	for n := 0; ; n++ {
		var me user
		err := a.api.get(ctx, "users/@me", &me)
		if err == nil || answers(err) {
			a.up()
			select {
			case <-ctx.Done():
				return nil
			case <-a.revoked:
				return errRevoked
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if status(err) == http.StatusUnauthorized {
			return errRevoked
		}
		a.down(err)
		a.o.Log.Warn("discord does not answer", "err", a.api.redact.Error(err))
		if chat.Sleep(ctx, chat.Backoff(n)) != nil {
			return nil
		}
	}
}

// answers reports whether a refusal shows that something is there that answers calls, such as a proxy that lets only some
// of them through. Whether people are served does not hang on this one.
func answers(err error) bool {
	s := status(err)
	return s >= 400 && s < 500 && s != http.StatusUnauthorized && s != http.StatusTooManyRequests
}
