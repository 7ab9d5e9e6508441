package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/proof"
	"gatehouse/setting"
)

// Verdict is what became of one grant in the answer to a question.
type Verdict string

// The verdicts.
const (
	Counts          Verdict = "counts"           // it allows, or denies
	NotYet          Verdict = "not_yet"          // it has not begun
	Ended           Verdict = "ended"            // it is over
	OtherOrg        Verdict = "other_org"        // it is for members of another organisation, or within it
	NotMember       Verdict = "not_member"       // its group does not have the person now
	OtherPermission Verdict = "other_permission" // it gives something else
	OtherResource   Verdict = "other_resource"   // it is for other resources
	NotKnown        Verdict = "resource_unknown" // whether it is for this resource cannot be told
	NotAsked        Verdict = "too_costly"       // the conditions took too much before it was its turn
	NeedsProof      Verdict = "needs_proof"      // it would count after a better or fresher sign-in
	Suspended       Verdict = "locked"           // a lock is on it or on its role
)

// Considered is a grant that was looked at.
type Considered struct {
	Grant   *Grant
	Verdict Verdict
	Path    []Subject // from who asks to the subject of the grant; empty: by name
	Since   time.Time // Ended: when it ended; NotYet: when it begins; zero otherwise
	Need    Requirement
	// Reason is why it was given, and Made when; Service knows, a Snapshot does not.
	Reason string
	Made   time.Time
}

// Explanation is a Decision with what led to it.
type Explanation struct {
	Decision
	Grants []Considered
	Locks  []Lock // that suspend who asks, or one of the grants; Service knows why they are there
	// Requires is what a person must have proved to use what is given, whether or not they did: by
	// the grant that asks for least.
	Requires Requirement
	Changes  []string // what would change the answer, a sentence each
}

// Explain answers q as Decide does, and says what became of every grant that
// names the principal or a group or organisation in which they are, were or
// will be. Grants that the policy no longer holds are not in it. Until is when the
// outcome changes by the clock alone, which may be later than Decide says.
func (s *Snapshot) Explain(q *Question) (Explanation, error) {
	d, err := s.Decide(q)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Decision: d}
	e.Until = s.lasts(q, d)
	x := explainer{s: s, q: q, now: nanos(q.Now), permission: s.rules.permissions[q.Permission]}
	if p := s.principal(q.Principal); p != nil {
		x.e = s.rules.effective(p, q.Org, x.now)
		x.trial = newTrial(q, x.e.in, x.now)
		e.Grants = x.all(p)
	}
	e.Requires = x.requires(&e)
	e.Locks = x.locks(e.Grants)
	e.Changes = append(x.changes(e), x.byScopes(e)...)
	return e, nil
}

// requires is what the grants ask for that allow, or would after a proof. Where it depends on the
// resource, it is by the grant that decided.
func (x explainer) requires(e *Explanation) (least Requirement) {
	first := true
	for i := range e.Grants {
		c := &e.Grants[i]
		if c.Grant.Effect != Allow || e.Reason == Denied {
			continue
		}
		if counts := c.Verdict == Counts || c.Verdict == NeedsProof; !counts && (e.Reason != ResourceUnknown || c.Grant.ID != e.Grant) {
			continue
		}
		if asks := x.asks(c.Grant); first || less(asks, least) {
			first, least = false, asks
		}
	}
	return least
}

// asks is what a grant and the permission ask for.
func (x explainer) asks(g *Grant) Requirement {
	return g.Requires.with(x.s.rules.catalogue[x.permission].requires)
}

// explainer looks at the grants of one principal once more, one by one.
type explainer struct {
	s          *Snapshot
	q          *Question
	permission uint32
	now        int64
	e          *effective
	trial      *trial // one for all grants, as in a decision
}

func (x explainer) all(p *principal) []Considered {
	list := x.of(p.grants, nil)
	for _, path := range x.paths(p) {
		list = append(list, x.of(x.s.rules.grants[path[len(path)-1]], path)...)
	}
	return list
}

// paths are ways to every group and organisation that a membership leads to, at
// whatever time; the shortest of those to the same one.
func (x explainer) paths(p *principal) [][]Subject {
	var list [][]Subject
	seen := map[Subject]bool{}
	step := func(begin []Subject, edges []edge) {
		for _, e := range edges {
			if !seen[e.to] {
				seen[e.to] = true
				list = append(list, append(slices.Clone(begin), e.to))
			}
		}
	}
	// First those that count now: a path that ended must not stand for one that lives.
	living := func(edges []edge) []edge {
		return slices.DeleteFunc(slices.Clone(edges), func(e edge) bool { ignored := int64(never); return !e.at(x.now, &ignored) })
	}
	for _, take := range []func([]edge) []edge{living, func(e []edge) []edge { return e }} {
		step(nil, take(p.member))
		for i := 0; i < len(list); i++ {
			if len(list[i]) < MaxNesting {
				step(list[i], take(x.s.rules.over[list[i][len(list[i])-1]]))
			}
		}
	}
	return list
}

func (x explainer) of(grants []*grant, path []Subject) []Considered {
	list := make([]Considered, 0, len(grants))
	for _, g := range grants {
		c := Considered{Grant: g.Grant, Path: path}
		c.Verdict, c.Since, c.Need = x.verdict(g, path)
		list = append(list, c)
	}
	return list
}

func (x explainer) verdict(g *grant, path []Subject) (Verdict, time.Time, Requirement) {
	ignored := int64(never)
	switch {
	case !x.mentions(g):
		return OtherPermission, time.Time{}, Requirement{}
	case x.now < g.from:
		return NotYet, g.NotBefore, Requirement{}
	case x.now >= g.until:
		return Ended, g.ExpiresAt, Requirement{}
	case len(path) > 0 && !slices.Contains(x.e.in, path[len(path)-1]):
		return NotMember, time.Time{}, Requirement{}
	case g.Org != "" && (g.Org != x.q.Org || !slices.Contains(x.e.in, Subject{Organisation, g.Org})):
		return OtherOrg, time.Time{}, Requirement{}
	case g.Effect == Allow && (x.s.rules.locked(LockTarget{LockGrant, string(g.ID)}, x.now, &ignored) || !x.s.rules.gives(g, x.now, &ignored).has(x.permission)):
		return Suspended, time.Time{}, Requirement{}
	}
	return x.place(g)
}

// mentions reports whether g would give the permission if no lock were.
func (x explainer) mentions(g *grant) bool { return x.s.rules.means(g).has(x.permission) }

// place tells whether g is for this resource, and for one who proved this much.
func (x explainer) place(g *grant) (Verdict, time.Time, Requirement) {
	j := judgement{rules: x.s.rules, q: x.q, permission: x.permission, now: x.now, e: x.e, trial: x.trial}
	ignored := int64(never)
	if g.Effect != Allow && everywhere(g.Where) {
		return Counts, time.Time{}, Requirement{}
	}
	switch j.matches(g, &ignored) {
	case no:
		return OtherResource, time.Time{}, Requirement{}
	case unknown:
		if g.Effect != Allow {
			return Counts, time.Time{}, Requirement{}
		}
		if g.Where.Place == Condition && x.trial.spent {
			return NotAsked, time.Time{}, Requirement{}
		}
		return NotKnown, time.Time{}, Requirement{}
	}
	if need := x.asks(g.Grant); g.Effect == Allow && !j.met(need, &ignored) {
		return NeedsProof, time.Time{}, need
	}
	return Counts, time.Time{}, Requirement{}
}

// changes says what would change the answer.
func (x explainer) changes(e Explanation) []string {
	switch e.Reason {
	case Granted:
		if e.Until.IsZero() {
			return nil
		}
		return []string{x.ending(e.Until)}
	case Locked:
		return []string{lifting(x.lockedOf(x.asking()), "")}
	case Inactive:
		return []string{"Enable the account."}
	case OutOfScope:
		return []string{"The application must ask for a scope that has " + x.q.Permission + "."}
	case Denied:
		return []string{fmt.Sprintf("Revoke the deny %s; if nothing else allows, a grant is needed too.", e.Grant)}
	case ProofInsufficient:
		return []string{"Sign in again: " + e.Need.words() + "."}
	case TooCostly:
		return []string{"Replace conditions that take long, such as patterns on long texts: not all of those that may allow it were asked."}
	case ResourceUnknown:
		if others := x.otherTypes(e); len(others) > 0 {
			return others
		}
		return []string{"Say which resource it is: " + strings.Join(lacking(e), ", ") + " is not known."}
	}
	return x.wouldAllow(e)
}

// byScopes says what a token must have besides, where somebody may do it otherwise.
func (x explainer) byScopes(e Explanation) []string {
	scopes := x.s.ScopesFor(x.q.Permission)
	if x.q.Delegated || e.Outcome == Refused || len(scopes) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s goes by scopes: a token may not that has none of %s.", x.s.rules.catalogue[x.permission].api, strings.Join(scopes, ", "))}
}

// ending says what becomes of what is allowed when it is no more: often it only takes a
// fresh sign-in.
func (x explainer) ending(at time.Time) string {
	then := *x.q
	then.Now = at
	said := at.Format(time.RFC3339)
	if d, err := x.s.Apart().Decide(&then); err == nil && d.Outcome == Challenged {
		return "From " + said + " on it takes another sign-in: " + d.Need.words() + "."
	}
	return "Unless something is changed, that ends at " + said + "."
}

// locks are those that suspend who asks, or one of the grants.
func (x explainer) locks(list []Considered) []Lock {
	all := x.lockedOf(x.asking())
	for i := range list {
		for _, l := range x.suspending(&list[i]) {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all
}

func (x explainer) asking() []LockTarget {
	return []LockTarget{On(x.q.Principal), {LockSession, string(x.q.Session)}, {LockClient, string(x.q.Client)}}
}

// suspending are the locks by which a grant does not give the permission: on it, on its
// role, and on those by which that one would have it.
func (x explainer) suspending(c *Considered) []Lock {
	if c.Verdict != Suspended {
		return nil
	}
	on := []LockTarget{{LockGrant, string(c.Grant.ID)}}
	for _, r := range x.s.rules.closure(c.Grant.Role, nil, nil) {
		if r.bits.has(x.permission) {
			on = append(on, LockTarget{LockRole, r.ID})
		}
	}
	return x.lockedOf(on)
}

// lockedOf are the locks of now on some of these.
func (x explainer) lockedOf(on []LockTarget) (all []Lock) {
	for _, t := range on {
		if until, is := x.s.rules.locks[t]; is && t.ID != "" && x.now < until {
			all = append(all, Lock{On: t, Ends: moment(until)})
		}
	}
	return all
}

// lifting says which of these locks to lift, in sentences that catalogues know: so that who asks may do
// it, or so that a grant gives something again.
func lifting(locks []Lock, grant string) string {
	if len(locks) == 0 {
		return "Lift the lock."
	}
	one, others := lockNamed(locks[0].On), lockedBesides(locks[1:])
	switch {
	case grant == "" && others == "":
		return "Lift " + one + "."
	case grant == "":
		return "Lift " + one + ", and at the same time " + others + "."
	case others == "":
		return "Lift " + one + ": by it the grant " + grant + " gives nothing."
	}
	return "Lift " + one + ", and at the same time " + others + ": by them the grant " + grant + " gives nothing."
}

func lockedBesides(locks []Lock) (said string) {
	for i, l := range locks {
		if i == 0 {
			said = lockNamed(l.On)
			continue
		}
		said = said + ", and at the same time " + lockNamed(l.On)
	}
	return said
}

func lockNamed(on LockTarget) string {
	switch on.Kind {
	case LockUser:
		return "the lock on the user " + on.ID
	case LockService:
		return "the lock on the service " + on.ID
	case LockClient:
		return "the lock on the client " + on.ID
	case LockSession:
		return "the lock on the session " + on.ID
	case LockRole:
		return "the lock on the role " + on.ID
	}
	return "the lock on the grant " + on.ID
}

func lacking(e Explanation) []string {
	if e.Missing == "" {
		return []string{"what the grant asks for"}
	}
	return []string{e.Missing}
}

func (r Requirement) words() string {
	age := setting.FormatDuration(r.MaxAge)
	switch {
	case r.Level == proof.AAL2 && r.MaxAge == 0:
		return "with a second step (" + r.Level.String() + ")"
	case r.Level == proof.AAL2:
		return "with a second step (" + r.Level.String() + "), at most " + age + " ago"
	case r.MaxAge == 0:
		return "with " + r.Level.String()
	case r.Level == 0:
		return "at most " + age + " ago"
	}
	return "with " + r.Level.String() + ", at most " + age + " ago"
}

// wouldAllow names what would allow: a lock that is lifted, a grant that begins or ended,
// else the roles that have the permission.
func (x explainer) wouldAllow(e Explanation) []string {
	var list, first []string
	for _, c := range e.Grants {
		switch {
		case c.Grant.Effect != Allow:
		case c.Verdict == NotYet:
			list = append(list, fmt.Sprintf("The grant %s begins at %s.", c.Grant.ID, c.Since.UTC().Format(time.RFC3339)))
		case c.Verdict == Ended && c.Grant.Withdrawn:
			list = append(list, fmt.Sprintf("The grant %s was revoked at %s.", c.Grant.ID, c.Since.UTC().Format(time.RFC3339)))
		case c.Verdict == Ended:
			list = append(list, fmt.Sprintf("The grant %s ended at %s; it takes a new one.", c.Grant.ID, c.Since.UTC().Format(time.RFC3339)))
		case c.Verdict == Suspended:
			first = append(first, lifting(x.suspending(&c), string(c.Grant.ID)))
		case c.Verdict == OtherResource:
			list = append(list, fmt.Sprintf("The grant %s is for other resources.", c.Grant.ID))
		case c.Verdict == OtherOrg:
			list = append(list, fmt.Sprintf("The grant %s is for members of the organisation %s, within it.", c.Grant.ID, c.Grant.Org))
		case c.Verdict == NotMember:
			list = append(list, notMember(c.Grant, c.Path[len(c.Path)-1]))
		}
	}
	list = append(first, list...)
	if roles := x.giving(); len(roles) > 0 {
		list = append(list, "A grant of the role "+strings.Join(roles[:min(len(roles), 5)], " / ")+" would give it.")
	}
	return append(list, "A grant of "+x.q.Permission+" itself would give it.")
}

func notMember(g *Grant, of Subject) string {
	if of.Kind == Organisation {
		return fmt.Sprintf("The grant %s is for members of the organisation %s.", g.ID, of.ID)
	}
	return fmt.Sprintf("The grant %s is for members of the group %s.", g.ID, of.ID)
}

// giving are the roles by which somebody would have the permission now.
func (x explainer) giving() (roles []string) {
	ignored := int64(never)
	for name := range x.s.rules.roles {
		one := &grant{Grant: &Grant{Role: name, Effect: Allow}}
		if x.s.rules.gives(one, x.now, &ignored).has(x.permission) {
			roles = append(roles, name)
		}
	}
	slices.Sort(roles)
	return roles
}
