package wire

import (
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
)

// Verdict is whether the audit log is what was recorded.
type Verdict struct {
	Good        bool      `json:"good"`
	Sealed      int64     `json:"sealed"` // entries, from 0
	Pruned      int64     `json:"pruned"` // of these, beyond the retention
	Erased      int64     `json:"erased"` // of these, without what was personal
	Waiting     int       `json:"waiting"`
	Until       time.Time `json:"until,omitzero"` // when the last checkpoint was made
	Kept        int       `json:"kept_checkpoints"`
	KeptSealed  int64     `json:"kept_sealed"` // entries of which a checkpoint was kept
	Key         string    `json:"key"`         // the public one of the log
	Findings    []Finding `json:"findings"`
	Noticed     []Noticed `json:"noticed"` // while Gatehouse went on; it may be gone since
	NotProved   []string  `json:"not_proved"`
	StrangeKept int       `json:"strange_pieces,omitempty"` // of the checkpoint file
}

// Finding is something of the log that is not as it was recorded.
type Finding struct {
	Entry   *int64   `json:"entry,omitempty"`
	Event   id.Event `json:"event,omitempty"`
	Problem string   `json:"problem"`
}

// Noticed is what somebody else wrote into the tables of the log, as an event tells.
type Noticed struct {
	At      time.Time `json:"at"`
	Event   id.Event  `json:"event"`
	Problem string    `json:"problem"`
}

// Checkpoint is a signed head of the log.
type Checkpoint struct {
	Size int64     `json:"size"` // how many entries it is about
	At   time.Time `json:"at"`
	Note string    `json:"note"` // C2SP tlog-checkpoint
}

// EventProof convinces whoever knows the public key of the log that an event was recorded
// (docs/audit.md).
type EventProof struct {
	Event      id.Event   `json:"event"`
	Entry      string     `json:"entry"` // the very text that was sealed
	Index      int64      `json:"index"`
	Size       int64      `json:"size"`
	Hashes     []string   `json:"hashes"`
	Checkpoint string     `json:"checkpoint"`
	Key        string     `json:"key"`
	Origin     *ProofPart `json:"origin,omitempty"`
	Documents  *ProofPart `json:"documents,omitempty"`
}

// ProofPart is a text that an entry commits to.
type ProofPart struct {
	Salt string `json:"salt"`
	Text string `json:"text"`
}

// ConsistencyProof convinces whoever kept a checkpoint that all it had is still there.
type ConsistencyProof struct {
	From       int64    `json:"from"`
	Size       int64    `json:"size"`
	Hashes     []string `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
	Key        string   `json:"key"`
}

// OfVerdict returns the shape of what a verifier found, without the key. file names where
// checkpoints are kept outside of the database, if they are.
func OfVerdict(found audit.Verdict, strange int, file string, kept bool) Verdict {
	v := Verdict{
		Good: len(found.Findings) == 0, Sealed: found.Size, Pruned: found.Pruned, Erased: found.Erased, Waiting: found.Waiting,
		Until: found.Until, Kept: found.Kept, KeptSealed: found.KeptSize, StrangeKept: strange, Findings: []Finding{}, Noticed: []Noticed{}, NotProved: []string{},
	}
	for _, f := range found.Findings {
		one := Finding{Event: f.Event, Problem: f.Problem}
		if f.Seq >= 0 {
			one.Entry = &f.Seq
		}
		v.Findings = append(v.Findings, one)
	}
	for _, n := range found.Noticed {
		v.Noticed = append(v.Noticed, Noticed{At: n.At.UTC(), Event: n.Event, Problem: n.String()})
	}
	switch {
	case !kept:
		v.NotProved = append(v.NotProved, "that the end of the log was not cut off: audit.checkpoint_file is not set")
	case found.Kept == 0:
		v.NotProved = append(v.NotProved, "that the end of the log was not cut off: "+file+" has no checkpoint of it")
	case found.KeptSize < found.Size:
		v.NotProved = append(v.NotProved, fmt.Sprintf("that nothing was cut off behind entry %d: %s has no later checkpoint", found.KeptSize-1, file))
	}
	v.NotProved = append(v.NotProved, "what happened in the second before somebody could write to the database")
	if found.Waiting > 0 {
		v.NotProved = append(v.NotProved, fmt.Sprintf("that nothing is missing among %d not sealed yet", found.Waiting))
	}
	return v
}

// OfCheckpoint returns the shape of c.
func OfCheckpoint(c audit.Checkpoint) Checkpoint {
	return Checkpoint{Size: c.Size, At: c.At.UTC(), Note: c.Note}
}

// OfEventProof returns the shape of p.
func OfEventProof(p *audit.Proof) EventProof {
	return EventProof{
		Event: p.Event, Entry: p.Entry, Index: p.Index, Size: p.Size, Hashes: list(p.Hashes), Checkpoint: p.Checkpoint, Key: p.Key,
		Origin: partOf(p.Origin), Documents: partOf(p.Documents),
	}
}

func partOf(p *audit.Part) *ProofPart {
	if p == nil {
		return nil
	}
	return &ProofPart{Salt: p.Salt, Text: p.Text}
}

// OfConsistency returns the shape of c.
func OfConsistency(c *audit.Consistency) ConsistencyProof {
	return ConsistencyProof{From: c.From, Size: c.Size, Hashes: list(c.Hashes), Checkpoint: c.Checkpoint, Key: c.Key}
}
