package access

import (
	"context"
	"slices"
	"time"

	"gatehouse/clock"
	"gatehouse/follow"
)

// VersionEpoch is the counter that is another one once the store was filled from a
// back-up: what the other counters counted before is of another time.
const VersionEpoch = follow.Epoch

// Change is one thing that a version of the policy touched. Each version has at
// least one, so that who reads them sees whether a version is missing.
type Change struct {
	Version uint64
	Former  int64 // the stamp of the version before; the store's to write
	Kind    ChangeKind
	Key     string
	Loses   bool // somebody may have lost something that a token still says
	At      time.Time
}

// ChangeKind says what a Change is about.
type ChangeKind string

// The kinds of changes. The first three are about what one principal has by name,
// and Key is its id; ChangedRules is about all that is the same for everybody,
// grants to groups and locks included; ChangedAll is about anything.
const (
	ChangedUser    = ChangeKind(User)
	ChangedService = ChangeKind(ServiceAccount)
	ChangedClient  = ChangeKind(Client)
	ChangedRules   = ChangeKind("rules")
	ChangedAll     = ChangeKind("reload")

	// These are for resource servers: nothing has to be read again. Key is the
	// subject whose tokens may say too much, the API whose tokens may, and the
	// session or the client whose tokens count no more.
	LostSubject = ChangeKind("subject")
	LostAPI     = ChangeKind("api")
	CutSession  = ChangeKind("cut_session")
	CutClient   = ChangeKind("cut_client")
)

// The bounds of what one version tells. Beyond them it is told less exactly: more
// is read, and more tokens are asked about, than need be.
const (
	maxChanges = 5000 // rows
	maxLosers  = 1000 // subjects that are told of by name
)

// VersionPolicy is the counter that every change of a policy raises.
const VersionPolicy = "policy"

// versionStore counts versions.
type versionStore interface {
	Versions(ctx context.Context) (map[string]int64, error)
	// RaisePolicy raises VersionPolicy by one and returns it. Whoever changes a
	// policy does this first: others wait then until the transaction ends.
	RaisePolicy(ctx context.Context) (int64, error)
}

// changeStore keeps what versions touched.
type changeStore interface {
	// InsertChanges keeps what a version touched, in the transaction that raised it.
	InsertChanges(ctx context.Context, list []Change) error
	// ChangesAfter returns what the versions behind one touched, in order.
	ChangesAfter(ctx context.Context, version uint64, limit int) ([]Change, error)
}

// touched gathers what one change of the policy touches.
type touched struct {
	list   []Change
	losers map[string]bool // subjects that may have less
	many   bool            // there are more of them than are told of by name
	where  []string        // the APIs at which they may,
	any    bool            // or any API
	lost   []string        // the APIs at which anybody may have less
	once   bool            // one change is made, of
	known  *known          // what was known before it; nil: nobody asked
}

// readOnce begins a change, within which what is known is read once; end ends it. Within
// another change it is a change of its own.
func (t *touched) readOnce() (end func()) {
	before := t.once
	t.once, t.known = true, nil
	return func() { t.once, t.known = before, nil }
}

// knows returns what the change that is made read before; t may be nil.
func (t *touched) knows() (known, bool) {
	if t == nil || t.known == nil {
		return known{}, false
	}
	return *t.known, true
}

func (t *touched) learns(k known) {
	if t != nil && t.once {
		t.known = &k
	}
}

// principal says that what who has by name changed, and whether it may be less.
func (t *touched) principal(who Subject, loses bool) {
	t.list = append(t.list, Change{Kind: ChangeKind(who.Kind), Key: who.ID, Loses: loses})
	if loses {
		t.lose(losers{names: []string{who.ID}})
	}
}

// rules says that something changed that is the same for everybody.
func (t *touched) rules() { t.list = append(t.list, Change{Kind: ChangedRules}) }

// all says that anything may have changed, and that anybody may have less.
func (t *touched) all() {
	t.list = append(t.list, Change{Kind: ChangedAll})
	t.lose(losers{many: true})
}

// api says that anybody may have less at an API.
func (t *touched) api(name string) { t.lost = append(t.lost, name) }

// cut says that no token of a session or of a client counts that was issued until
// now; on is of one of these two kinds.
func (t *touched) cut(on LockTarget) {
	kind := CutSession
	if on.Kind == LockClient {
		kind = CutClient
	}
	t.list = append(t.list, Change{Kind: kind, Key: on.ID, Loses: true})
}

// losers are subjects that may have less at some APIs; none: at any.
type losers struct {
	names []string
	many  bool // and there are more
	at    []string
}

func (t *touched) lose(l losers) {
	if len(l.names) == 0 && !l.many {
		return
	}
	if t.losers == nil {
		t.losers = map[string]bool{}
	}
	for _, name := range l.names {
		t.losers[name] = true
	}
	t.many = t.many || l.many || len(t.losers) > maxLosers
	t.where, t.any = append(t.where, l.at...), t.any || len(l.at) == 0
}

// changes returns what a version tells. Where too many have less, each API at which
// they may is told of in their place; apis lists all that there are.
func (t *touched) changes(apis func() ([]string, error)) ([]Change, error) {
	list, lost := slices.Clone(t.list), t.lost
	if t.many {
		for i := range list {
			list[i].Loses = list[i].Loses && (list[i].Kind == CutSession || list[i].Kind == CutClient)
		}
		lost = append(lost, t.where...)
		if t.any {
			all, err := apis()
			if err != nil {
				return nil, err
			}
			lost = append(lost, all...)
		}
	}
	if len(list) > maxChanges {
		list = []Change{{Kind: ChangedAll}}
	}
	if !t.many {
		list = append(list, t.others(list)...)
	}
	slices.Sort(lost)
	for _, name := range slices.Compact(lost) {
		list = append(list, Change{Kind: LostAPI, Key: name, Loses: true})
	}
	return list, nil
}

// others are the losers that no row of list tells of.
func (t *touched) others(list []Change) (rest []Change) {
	told := map[string]bool{}
	for _, c := range list {
		told[c.Key] = told[c.Key] || c.Loses && c.Kind != CutSession && c.Kind != CutClient
	}
	for name := range t.losers {
		if !told[name] {
			rest = append(rest, Change{Kind: LostSubject, Key: name, Loses: true})
		}
	}
	return rest
}

// tell keeps what a version touched, in its transaction.
func (s *Service) tell(ctx context.Context, version uint64, t *touched) error {
	if len(t.list) == 0 {
		t.all() // nobody said what it was
	}
	list, err := t.changes(func() ([]string, error) { return s.everyAPI(ctx) })
	if err != nil {
		return err
	}
	now := clock.Now()
	for i := range list {
		list[i].Version, list[i].At = version, now
	}
	return s.Store.InsertChanges(ctx, list)
}

func (s *Service) everyAPI(ctx context.Context) ([]string, error) {
	names := []string{Gatehouse}
	all, err := s.Store.APIs(ctx)
	for i := range all {
		names = append(names, all[i].ID)
	}
	return names, err
}

// DisabledChanged says that who was disabled or enabled, in the transaction of ctx.
// Call it before anything else in there raises a counter.
func (s *Service) DisabledChanged(ctx context.Context, who Subject, disabled bool) error {
	return s.change(ctx, func(_ context.Context, t *touched) error {
		t.principal(who, disabled)
		return nil
	})
}
