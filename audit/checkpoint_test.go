package audit

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func testKeys(name string) Keys {
	return KeysOf(func(label string) []byte {
		key := sha256.Sum256([]byte(name + label))
		return key[:]
	})
}

// A stranger's library reads a checkpoint with nothing but the public key.
func TestACheckpointIsASignedNote(t *testing.T) {
	t.Parallel()
	keys, other := testKeys("a"), testKeys("b")
	var tree Tree
	tree.Add(tlog.RecordHash([]byte("entry")))
	at := time.Date(2026, 11, 29, 3, 4, 5, 600000000, time.UTC)
	c, err := keys.checkpoint(&tree, at)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(keys.Public())
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(c.Note), note.VerifierList(verifier))
	if err != nil || n.Text != keys.Origin()+"\n1\n"+tree.Root().String()+"\nsealed 2026-11-29T03:04:05.600000Z\n" {
		t.Errorf("%+v, %v", n, err)
	}
	again, err := verifyNote(keys.verifier(), c.Note)
	if err != nil || again.Size != 1 || again.Root != tree.Root() || !again.At.Equal(at) {
		t.Errorf("%+v, %v", again, err)
	}
	for name, text := range map[string]string{
		"of another house": func() string { c, _ := other.checkpoint(&tree, time.Now()); return c.Note }(),
		"of another size":  strings.Replace(c.Note, "\n1\n", "\n2\n", 1),
		"unsigned":         strings.SplitAfter(c.Note, "\n\n")[0],
		"empty":            "",
		"with a line more": strings.Replace(c.Note, "\n\n", "\nmore\n\n", 1),
	} {
		if c, err := verifyNote(keys.verifier(), text); err == nil {
			t.Errorf("one %s is taken for %+v", name, c)
		}
	}
	const sealed = "\nsealed 2026-11-29T03:04:05.600000Z"
	for _, text := range []string{
		"x\n1\n" + c.Root.String() + sealed + "\n", keys.Origin() + "\n01\n" + c.Root.String() + sealed + "\n", keys.Origin() + "\n-1\n" + c.Root.String() + sealed + "\n",
		keys.Origin() + "\n1\nAA==" + sealed + "\n", keys.Origin() + "\n1\n" + c.Root.String() + sealed, keys.Origin() + "\n1\n" + c.Root.String() + "\n",
		keys.Origin() + "\n1\n" + c.Root.String() + "\nsealed yesterday\n", keys.Origin() + "\n1\n" + c.Root.String() + sealed + sealed + "\n",
	} {
		if c, err := parseCheckpoint(text, keys.Origin()); err == nil {
			t.Errorf("%q is taken for %+v", text, c)
		}
	}
}

// heads is a database of checkpoints.
type heads struct{ all []Checkpoint }

func (h *heads) AuditHead(context.Context) (Tree, Checkpoint, error) {
	if len(h.all) == 0 {
		return Tree{}, Checkpoint{}, nil
	}
	return Tree{}, h.all[len(h.all)-1], nil
}

func (h *heads) CheckpointsBelow(context.Context, Checkpoint, int) ([]Checkpoint, error) {
	return nil, nil
}

func (h *heads) CheckpointsBehind(_ context.Context, after Checkpoint, limit int) (some []Checkpoint, err error) {
	for _, c := range h.all {
		if (c.Size > after.Size || c.Size == after.Size && c.Note > after.Note) && len(some) < limit {
			some = append(some, c)
		}
	}
	return some, nil
}

// Whatever several processes, a restart, a rotation and a torn line do to the file: each
// checkpoint is in it, and a database that knows of less is noticed.
func TestEveryProcessAppendsEachCheckpoint(t *testing.T) {
	t.Parallel()
	keys, h := testKeys("a"), &heads{}
	path := filepath.Join(t.TempDir(), "checkpoints")
	var tree Tree
	grow := func() {
		tree.Add(tlog.RecordHash([]byte{byte(tree.Size)}))
		c, err := keys.checkpoint(&tree, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		h.all = append(h.all, c)
	}
	process := func() *Appender { return &Appender{Store: h, Keys: keys, Path: path} }
	step := func(a *Appender) {
		t.Helper()
		if err := a.Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	has := func(what string, from, to int64, torn int) {
		t.Helper()
		all, strange, err := keys.ReadCheckpoints(path)
		if err != nil || strange != torn {
			t.Errorf("%s: %d strange pieces, %v", what, strange, err)
		}
		sizes := map[int64]tlog.Hash{}
		for _, c := range all {
			sizes[c.Size] = c.Root
		}
		for _, c := range h.all[from-1 : to] {
			if sizes[c.Size] != c.Root {
				t.Errorf("%s: the file lacks the checkpoint of %d", what, c.Size)
			}
		}
	}
	a, b := process(), process()
	step(a)
	if _, err := os.Stat(path); err == nil {
		t.Error("without a checkpoint there is a file")
	}
	grow()
	step(a)
	for range 3 {
		grow()
	}
	step(b)
	step(a)
	step(a)
	has("of two processes", 1, 4, 0)
	grow()
	step(process())
	has("after a restart", 1, 5, 0)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	grow()
	step(a)
	has("after a rotation", 6, 6, 0)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("\n" + keys.Origin() + "\n7\nAAAA"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	grow()
	step(process())
	has("behind a torn line", 6, 7, 1)
	h.all = h.all[:4]
	if err := process().Step(t.Context(), time.Now()); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("a database that knows of less: %v", err)
	}
}
