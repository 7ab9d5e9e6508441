package flow

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"gatehouse/id"
)

// Sealer seals what a browser carries for us; secret.Box does.
type Sealer interface {
	Seal(plain []byte) (string, error)
	// Open returns what Seal sealed, and an error for everything else.
	Open(text string) ([]byte, error)
}

// A sign-in of which nobody proved or decided anything is not stored: anybody can
// begin one, as often as they like. It travels with the browser instead, sealed,
// with the id that its row will have.
type carried struct {
	ID      id.Interaction
	Browser []byte
	Ask     Ask
	User    id.User `json:",omitempty"` // of Progress, as is what follows
	Chosen  bool    `json:",omitempty"`
	Created time.Time
}

const (
	// maxSealed bounds the text that is opened at all: what the doors accept of a
	// request, compressed badly.
	maxSealed = 24 << 10
	maxPlain  = 128 << 10
)

// usual is what most of them hold, so that a URL can carry them.
var usual = []byte(`{"ID":"int_","Browser":"","Ask":{"Client":"","Params":{"acr_values":["aal2"],"claims":[""],` +
	`"client_id":[""],"code_challenge":[""],"code_challenge_method":["S256"],"max_age":[""],"nonce":[""],"prompt":["login"],` +
	`"redirect_uri":["https://localhost/oauth2/callback/auth/oidc/cb"],"resource":["https://"],"response_mode":["query"],"response_type":["code"],` +
	`"scope":["openid profile email offline_access"],"state":[""]},"ReturnTo":"","Host":"","RequestedAt":"2026-01-01T00:00:00.000000Z",` +
	`"None":false,"Login":false,"Consent":false,"Select":false,"MaxAge":null,"HintUser":"","LoginHint":"","Require":"","Prefer":"",` +
	`"Scopes":["openid","profile","email","offline_access"],"Locales":null,"Display":"","Switch":false},"Created":"2026-01-01T00:00:00.000000Z"}`)

// seal fills in i.Sealed.
func (s *Service) seal(i *Interaction) error {
	plain, err := json.Marshal(carried{ID: i.ID, Browser: i.Browser, Ask: i.Ask, User: i.Progress.User, Chosen: i.Progress.Chosen, Created: i.Created})
	if err != nil {
		return fmt.Errorf("seal sign-in: %w", err)
	}
	var small bytes.Buffer
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	w.Reset(&small)
	if _, err := w.Write(plain); err != nil {
		return fmt.Errorf("seal sign-in: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("seal sign-in: %w", err)
	}
	i.Sealed, err = s.Seals.Seal(small.Bytes())
	return err
}

// A compressor is half a megabyte: anybody can have one at work, so they are used
// again.
var writers = sync.Pool{New: func() any {
	w, err := flate.NewWriterDict(io.Discard, flate.DefaultCompression, usual)
	if err != nil {
		panic("flow: " + err.Error()) // the level is none
	}
	return w
}}

var errNotSealed = errors.New("this is no sign-in that we sealed")

// unseal returns the sign-in that text carries, also one that took too long.
func (s *Service) unseal(text string) (Interaction, error) {
	if len(text) > maxSealed {
		return Interaction{}, errNotSealed
	}
	small, err := s.Seals.Open(text)
	if err != nil {
		return Interaction{}, err
	}
	plain, err := inflate(small)
	if err != nil {
		return Interaction{}, fmt.Errorf("unseal sign-in: %w", err)
	}
	var c carried
	if err := json.Unmarshal(plain, &c); err != nil {
		return Interaction{}, fmt.Errorf("unseal sign-in: %w", err)
	}
	return Interaction{
		ID: c.ID, Browser: c.Browser, Ask: c.Ask, Progress: Progress{User: c.User, Chosen: c.Chosen},
		Created: c.Created, Expires: c.Created.Add(s.Config().InteractionTTL), Sealed: text,
	}, nil
}

func inflate(small []byte) ([]byte, error) {
	r := readers.Get().(io.ReadCloser)
	defer readers.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(small), usual); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxPlain))
}

var readers = sync.Pool{New: func() any { return flate.NewReaderDict(bytes.NewReader(nil), usual) }}
