package flowstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// A value is one of a statement's values, told for another story than the one that was recorded.
type value func(s story, now time.Time) any

// values prepares a statement's values for being told again and again.
func (r *recording) values(recorded []any) []value {
	all := make([]value, len(recorded))
	for i, v := range recorded {
		all[i] = r.value(v)
	}
	return all
}

func (r *recording) value(recorded any) value {
	switch v := recorded.(type) {
	case string:
		if strings.Contains(v, r.story.digits()) {
			return func(s story, _ time.Time) any { return strings.ReplaceAll(v, r.story.digits(), s.digits()) }
		}
	case []byte:
		if r.differs(v) {
			return func(s story, _ time.Time) any { return r.bytes(v, s) }
		}
	case [][]byte:
		return func(s story, _ time.Time) any {
			all := make([][]byte, len(v))
			for i := range v {
				all[i] = r.bytes(v[i], s)
			}
			return all
		}
	case time.Time:
		if v.Equal(r.at) {
			return func(_ story, now time.Time) any { return now }
		}
	case []time.Time:
		return func(_ story, now time.Time) any {
			all := make([]time.Time, len(v))
			for i := range v {
				all[i] = now
			}
			return all
		}
	}
	return func(story, time.Time) any { return recorded }
}

func (r *recording) differs(v []byte) bool {
	return bytes.Contains(v, []byte(r.story.digits())) || len(v) == sha256.Size
}

// hexKey is the key of a unique job as SQLite is told of it.
var hexKey = regexp.MustCompile(`"unique_key":"([0-9a-f]{64})"`)

// bytes tells JSON, and the hashes that make jobs unique, for another story.
func (r *recording) bytes(v []byte, s story) []byte {
	if len(v) == sha256.Size {
		return uniqueKey(v, s)
	}
	told := bytes.ReplaceAll(v, []byte(r.story.digits()), []byte(s.digits()))
	if at := hexKey.FindSubmatchIndex(told); at != nil {
		hex.Encode(told[at[2]:at[3]], uniqueKey(told[at[2]:at[3]], s))
	}
	return told
}

func uniqueKey(recorded []byte, s story) []byte {
	sum := sha256.Sum256(append([]byte(s.digits()), recorded...))
	return sum[:]
}

// A chainEnd is the end of the audit chain, as it was read in this transaction.
type chainEnd struct {
	seq  int64
	hash string
}

// Places of the values of an audit entry, in the statement that inserts it and moves the end of the chain.
const (
	entrySeq, entryPrev, entryHash = 1, 10, 11
	headSeq, headHash              = 12, 13 // where both are one statement
)

// next links an entry's values to the chain: what a program written by hand has to compute as well.
func (c *chainEnd) next(values []any) {
	h := sha256.New()
	c.seq++
	values[entrySeq], values[entryPrev] = c.seq, c.hash
	for i, v := range values[:entryHash] {
		switch v := v.(type) {
		case string:
			h.Write([]byte{byte(i), byte(len(v))})
			h.Write([]byte(v))
		case []byte:
			h.Write(v)
		case int64:
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(v)))
		case time.Time:
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(v.UnixMicro())))
		}
	}
	c.hash = hex.EncodeToString(h.Sum(nil))
	values[entryHash] = c.hash
}
