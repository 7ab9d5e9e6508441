package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/clock"
)

// Checkpoint is a signed head of the tree: a note of the origin, the size and the root
// (C2SP tlog-checkpoint), a line more that says when it was made, and its signature.
type Checkpoint struct {
	Size int64
	Root tlog.Hash
	At   time.Time // when it was made, by the clock of whoever made it; signed, too
	Note string
}

// checkpoint signs the head of t.
func (k Keys) checkpoint(t *Tree, at time.Time) (Checkpoint, error) {
	root := t.Root()
	at = clock.Cut(at)
	text := fmt.Sprintf("%s\n%d\n%s\n%s%s\n", k.Origin(), t.Size, base64.StdEncoding.EncodeToString(root[:]), sealedAt, at.Format(timeForm))
	signed, err := note.Sign(&note.Note{Text: text}, signer{k.verifier(), k.sign})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign a checkpoint: %w", err)
	}
	return Checkpoint{Size: t.Size, Root: root, At: at, Note: string(signed)}, nil
}

// sealedAt begins the line that says when a checkpoint was made.
const sealedAt = "sealed "

var errCheckpoint = errors.New("it is no checkpoint of this log")

// verifyNote reads a signed checkpoint of v; an error for what v did not sign.
func verifyNote(v note.Verifier, text string) (c Checkpoint, err error) {
	n, err := note.Open([]byte(text), note.VerifierList(v))
	if err != nil {
		return c, err
	}
	c, err = parseCheckpoint(n.Text, v.Name())
	c.Note = text
	return c, err
}

func parseCheckpoint(text, origin string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[0] != origin || lines[4] != "" || !strings.HasPrefix(lines[3], sealedAt) {
		return c, errCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return c, errCheckpoint
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return c, errCheckpoint
	}
	at, err := time.Parse(timeForm, strings.TrimPrefix(lines[3], sealedAt))
	if err != nil {
		return c, errCheckpoint
	}
	return Checkpoint{Size: size, Root: root, At: at}, nil
}
