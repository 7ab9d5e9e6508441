package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"gatehouse/audit"
	"gatehouse/fault"
)

// shelf keeps routes in memory, for one who writes at a time.
type shelf struct {
	all     []Record
	writing bool
	raised  int64
	// between is called before a transaction begins: what somebody else does there.
	between func(k *shelf)
}

func (k *shelf) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if k.between != nil {
		k.between(k)
	}
	before := slices.Clone(k.all)
	k.writing = true
	err := f(ctx)
	if k.writing = false; err != nil {
		k.all = before
	}
	return err
}

func (k *shelf) RaiseRoutes(context.Context) (int64, error) { k.raised++; return k.raised, nil }
func (k *shelf) Routes(context.Context) ([]Record, error)   { return slices.Clone(k.all), nil }

func (k *shelf) InsertRoute(_ context.Context, r Record) error {
	k.all = append(k.all, r)
	return nil
}

func (k *shelf) UpdateRoute(_ context.Context, r Record) error {
	i := slices.IndexFunc(k.all, r.isIt)
	if i < 0 || k.all[i].Rev != r.Rev {
		return ErrChanged(r.Kind())
	}
	r.Rev++
	k.all[i] = r
	return nil
}

func (k *shelf) DeleteRoute(_ context.Context, kind, name string) error {
	k.all = slices.DeleteFunc(k.all, func(r Record) bool { return r.Kind() == kind && r.ID == name })
	return nil
}

// Record implements audit.Recorder.
func (k *shelf) Record(context.Context, audit.Event) error { return nil }

func upstreamOf(id string) Object {
	return Object{ID: id, Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}
}

func routeTo(id, upstream string) Object {
	return Object{ID: id, Route: &RouteSpec{
		Match:  MatchSpec{Hosts: []string{"a.test"}, Paths: []string{"/" + id}, Methods: []string{"GET"}},
		Public: true, Upstream: upstream, Tests: []TestSpec{{Do: "GET /" + id, Expect: "public"}},
	}}
}

// Whether all routes can be used together is looked at while others may write, and once more
// where one did.
func TestRoutesAreTriedWhileOthersMayWrite(t *testing.T) {
	t.Parallel()
	k := &shelf{}
	tried := 0
	s := &Service{Store: k, Audit: k, Try: func(context.Context, *Set) error {
		if tried++; k.writing {
			t.Error("the tests are run while nobody else may write")
		}
		return nil
	}}
	by := audit.Actor{}
	for _, o := range []Object{upstreamOf("app"), routeTo("one", "app")} {
		if _, err := s.Create(t.Context(), by, o); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Create(t.Context(), by, upstreamOf("app")); fault.CodeOf(err) != "gate.exists" {
		t.Errorf("twice: %v", err)
	}
	if _, err := s.Update(t.Context(), by, routeTo("one", "none"), 7); fault.CodeOf(err) != "gate.changed" {
		t.Errorf("what somebody else changed: %v", err)
	}
	// Somebody else takes the upstream away in the last moment.
	other := upstreamOf("other")
	if _, err := s.Create(t.Context(), by, other); err != nil {
		t.Fatal(err)
	}
	k.between = func(k *shelf) {
		k.between = nil
		k.all = slices.DeleteFunc(k.all, other.isIt)
	}
	tried = 0
	if _, err := s.Update(t.Context(), by, routeTo("one", "other"), 0); fault.CodeOf(err) != CodeRoutes || tried != 1 {
		t.Errorf("an upstream that went meanwhile: %v, tried %d times", err, tried)
	}
	// Somebody else makes one that stands in nobody's way.
	k.between = func(k *shelf) {
		k.between = nil
		k.all = append(k.all, Record{Object: upstreamOf("third"), Rev: 1})
	}
	r, err := s.Update(t.Context(), by, routeTo("one", "app"), 1)
	if err != nil || r.Rev != 2 || len(k.all) != 3 {
		t.Errorf("beside another change: %v, revision %d, %d objects", err, r.Rev, len(k.all))
	}
	// Somebody does so all the time.
	n := 0
	k.between = func(k *shelf) {
		n++
		k.all = append(k.all, Record{Object: upstreamOf(fmt.Sprint("more", n)), Rev: 1})
	}
	if err := s.Delete(t.Context(), by, KindRoute, "one", 0); fault.CodeOf(err) != "gate.changed" || !errors.Is(err, errOvertaken) || n != attempts {
		t.Errorf("beside many changes: %v, %d attempts", err, n)
	}
	k.between = nil
	if err := s.Delete(t.Context(), by, KindRoute, "one", 2); err != nil {
		t.Error(err)
	}
}
