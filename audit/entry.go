package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/id"
)

// Entry is an event as it is kept: what of it is personal stands apart, under salts
// without which nobody can guess it from the commitments.
type Entry struct {
	Event
	Origin, Documents         []byte // commitments; empty: there was nothing
	OriginSalt, DocumentsSalt []byte // empty: there was nothing, or it was erased
}

// saltSize is the length of a salt, in bytes.
const saltSize = 16

func newEntry(e Event) *Entry {
	n := &Entry{Event: e}
	if e.Actor.IP != "" || e.Actor.Agent != "" {
		n.OriginSalt = salt()
		n.Origin = commit(n.OriginSalt, n.originText())
	}
	if len(e.Before) > 0 || len(e.After) > 0 {
		n.DocumentsSalt = salt()
		n.Documents = commit(n.DocumentsSalt, n.documentsText())
	}
	return n
}

func salt() []byte {
	s := make([]byte, saltSize)
	rand.Read(s)
	return s
}

func commit(salt, text []byte) []byte {
	h := hmac.New(sha256.New, salt)
	h.Write(text)
	return h.Sum(nil)
}

// originText is what the commitment to the origin is about.
func (e *Entry) originText() []byte {
	return encode(struct {
		IP    string `json:"ip"`
		Agent string `json:"user_agent"`
	}{e.Actor.IP, e.Actor.Agent})
}

// documentsText is what the commitment to the documents is about: they are texts of
// JSON within it, so that nothing depends on how somebody writes JSON anew.
func (e *Entry) documentsText() []byte {
	return encode(struct {
		Before string `json:"before"`
		After  string `json:"after"`
	}{string(e.Before), string(e.After)})
}

// text is what a leaf of the tree is the hash of. Its form is for ever: whoever needs
// another gives it another "v".
func (e *Entry) text() []byte {
	return encode(struct {
		V            int         `json:"v"`
		ID           id.Event    `json:"id"`
		At           string      `json:"at"`
		ActorKind    ActorKind   `json:"actor_kind"`
		ActorID      string      `json:"actor_id"`
		ActorKey     string      `json:"actor_key"`
		ActorSession id.Session  `json:"actor_session"`
		ActorClient  id.Client   `json:"actor_client"`
		Request      id.Request  `json:"request"`
		Action       Action      `json:"action"`
		TargetKind   Kind        `json:"target_kind"`
		TargetID     string      `json:"target_id"`
		User         id.User     `json:"user"`
		Client       id.Client   `json:"client"`
		Outcome      Outcome     `json:"outcome"`
		Reason       Reason      `json:"reason"`
		Origin       hexadecimal `json:"origin"`
		Documents    hexadecimal `json:"documents"`
	}{
		1, e.ID, e.At.UTC().Format(timeForm), e.Actor.Kind, e.Actor.ID, e.Actor.Key, e.Actor.Session, e.Actor.Client, e.Actor.Request,
		e.Action, e.Target.Kind, e.Target.ID, e.User, e.Client, e.Outcome, e.Reason, e.Origin, e.Documents,
	})
}

// timeForm is RFC 3339 to the microsecond, always.
const timeForm = "2006-01-02T15:04:05.000000Z"

// leaf is the hash of e in the tree (RFC 6962 section 2.1).
func (e *Entry) leaf() tlog.Hash { return tlog.RecordHash(e.text()) }

// broken says what of the personal parts is not what e commits to, "" when nothing is.
// missing reports whether one is not there; whether it may be is for the caller.
func (e *Entry) broken() (problem string, missingOrigin, missingDocuments bool) {
	for _, part := range []struct {
		name         string
		commitment   []byte
		salt         []byte
		text         []byte
		there        bool
		missingValue *bool
	}{
		{"the address or the user agent", e.Origin, e.OriginSalt, e.originText(), e.Actor.IP != "" || e.Actor.Agent != "", &missingOrigin},
		{"the document about before or after", e.Documents, e.DocumentsSalt, e.documentsText(), len(e.Before) > 0 || len(e.After) > 0, &missingDocuments},
	} {
		switch {
		case len(part.salt) == 0 && part.there, len(part.commitment) == 0 && len(part.salt) > 0:
			return part.name + " was added", false, false
		case len(part.commitment) > 0 && len(part.salt) == 0:
			*part.missingValue = true
		case len(part.commitment) > 0 && !hmac.Equal(part.commitment, commit(part.salt, part.text)):
			return part.name + " was changed", false, false
		}
	}
	return "", missingOrigin, missingDocuments
}

// hexadecimal is bytes as JSON has them here.
type hexadecimal []byte

// MarshalText implements encoding.TextMarshaler.
func (h hexadecimal) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// encode writes v as JSON in one line, without a newline and without escapes for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("audit: " + err.Error()) // structs of texts
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Unsealed is an event that waits to be sealed.
type Unsealed struct {
	At    time.Time
	Event id.Event
	Leaf  tlog.Hash
	MAC   []byte
	// Leafed says that there is a leaf of that event already, whoever wrote it. It is
	// said by whoever reads what waits.
	Leafed bool
}

// Leaf is a leaf of the tree. Seq is its place, from 0; At is the time of its event.
type Leaf struct {
	Seq   int64
	Event id.Event
	At    time.Time
	Hash  tlog.Hash
	MAC   []byte
}
