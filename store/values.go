package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"gatehouse/clock"
	"gatehouse/proof"
)

// micros is how times are kept: microseconds since 1970.
func micros(t time.Time) int64 { return t.UnixMicro() }

// when is micros, with NULL for the zero time.
func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// blob is bytes, with NULL for none.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// bytesOf is b for a column that is never NULL: none are empty bytes.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// instant scans a time, and NULL as the zero time.
type instant struct{ to *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*i.to = time.Time{}
	case int64:
		*i.to = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("a time is kept as microseconds, not as %T", v)
	}
	return nil
}

// ScanInt64 implements pgtype.Int64Scanner.
func (i instant) ScanInt64(v pgtype.Int8) error {
	*i.to = time.Time{}
	if v.Valid {
		*i.to = time.UnixMicro(v.Int64).UTC()
	}
	return nil
}

// plain is s as text that every database takes: UTF-8 without NUL.
func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
}

// document writes v as JSON. What is written here can always be written.
func document(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: " + err.Error()) // a type that JSON does not know: a programmer's mistake
	}
	return string(b)
}

// words writes a list; no list is an empty one.
func words(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	return document(list)
}

// wordsIn scans a list of words; an empty one becomes nil.
type wordsIn struct{ to *[]string }

// Scan implements sql.Scanner.
func (w wordsIn) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a list is kept as text, not as %T", v)
	}
	return w.read(text)
}

// ScanText implements pgtype.TextScanner.
func (w wordsIn) ScanText(v pgtype.Text) error {
	if !v.Valid {
		return errors.New("a list is kept as text, not as NULL")
	}
	return w.read(v.String)
}

// read takes the plain form, which nearly every list has, at once: as words
// writes it, without white space and without a backslash.
func (w wordsIn) read(text string) (err error) {
	*w.to = nil
	if text == "[]" {
		return nil
	}
	inner, plain := strings.CutPrefix(text, `["`)
	if plain {
		inner, plain = strings.CutSuffix(inner, `"]`)
	}
	if plain && !strings.Contains(inner, `\`) {
		if list := strings.Split(inner, `","`); !slices.ContainsFunc(list, func(word string) bool { return strings.Contains(word, `"`) }) {
			*w.to = list
			return nil
		}
	}
	return json.Unmarshal([]byte(text), w.to)
}

// levelIn scans a level. A text that is none is an error: a row that nobody
// understands proves nothing.
type levelIn struct{ to *proof.Level }

// Scan implements sql.Scanner.
func (l levelIn) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a level is kept as text, not as %T", v)
	}
	return l.to.UnmarshalText([]byte(text))
}

// ScanText implements pgtype.TextScanner.
func (l levelIn) ScanText(v pgtype.Text) error {
	if !v.Valid {
		return errors.New("a level is kept as text, not as NULL")
	}
	return l.to.UnmarshalText([]byte(v.String))
}

// proofs writes a list of proofs; no list is an empty one.
func proofs(list proof.List) string {
	if len(list) == 0 {
		return "[]"
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].At = clock.Cut(list[i].At)
	}
	return document(list)
}

// proofsIn scans what proofs wrote; an empty list becomes nil.
type proofsIn struct{ to *proof.List }

// Scan implements sql.Scanner.
func (p proofsIn) Scan(v any) error {
	*p.to = nil
	if err := (documentIn{p.to}).Scan(v); err != nil || len(*p.to) > 0 {
		return err
	}
	*p.to = nil
	return nil
}

// documentIn scans a JSON document.
type documentIn struct{ to any }

// Scan implements sql.Scanner.
func (d documentIn) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a document is kept as text, not as %T", v)
	}
	return json.Unmarshal([]byte(text), d.to)
}
