package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
)

// browser is one browser: its binding cookie and the session cookie it holds.
type browser struct{ binding, session string }

// evidence is what somebody really proved and by what, kept apart from what the
// flow stores: the latest time of each factor.
type evidence map[id.Factor]time.Time

func (e evidence) with(more evidence) evidence {
	all := maps.Clone(e)
	if all == nil {
		all = evidence{}
	}
	for f, at := range more {
		all[f] = latest(all[f], at)
	}
	return all
}

// by is when any of the factors proved last.
func (e evidence) by(factors ...id.Factor) (at time.Time) {
	for _, f := range factors {
		at = latest(at, e[f])
	}
	return at
}

// walker posts at random and keeps its own books: which proofs were accepted by
// the checks, in which interaction, and which sessions stand on them.
type walker struct {
	*testing.T
	*world
	s            *Service
	rand         *rand.Rand
	browsers     []*browser
	asks         []id.Interaction
	carried      map[id.Interaction]Interaction // as their browser has them
	begunBy      map[id.Interaction]*browser
	inside       map[id.Interaction]map[id.User]evidence
	held         map[id.Session]evidence
	answered     map[id.Interaction]Decision // what finished sign-ins were answered with
	issued, made int
	trail        []string
}

var users = []id.User{"ada", "bob", "root"}

func newWalker(t *testing.T, n uint64) *walker {
	w := &walker{
		T: t, world: newWorld(), rand: rand.New(rand.NewPCG(7, n)),
		browsers: []*browser{{binding: "one"}, {binding: "two"}},
		carried:  map[id.Interaction]Interaction{}, begunBy: map[id.Interaction]*browser{}, inside: map[id.Interaction]map[id.User]evidence{}, held: map[id.Session]evidence{}, answered: map[id.Interaction]Decision{},
	}
	w.person("ada", 0)
	w.person("bob", 1+w.rand.IntN(2))
	w.person("root", 0).Administrator = true
	w.apps["web"] = Application{ID: "web"}
	w.apps["trusted"] = Application{ID: "trusted", SkipConsent: true}
	w.apps["vault"] = Application{ID: "vault", Require: proof.AAL2}
	w.s = w.service([]proof.MFA{proof.MFAAdministrators, proof.MFAEverybody, proof.MFANobody}[w.rand.IntN(3)])
	configure(w.s, func(c *Config) { c.Fresh = 20 * time.Second })
	if w.some(4) {
		w.failing = func() error {
			switch w.rand.IntN(12) {
			case 0:
				return fault.New(fault.Conflict, "interaction.stale", "")
			case 1:
				return errors.New("the disk is full")
			}
			return nil
		}
	}
	for range 3 {
		w.begin()
	}
	return w
}

func (w *walker) some(oneIn int) bool { return w.rand.IntN(oneIn) == 0 }

func (w *walker) begin() {
	b := w.browsers[w.rand.IntN(2)]
	ask := Ask{
		Client: []id.Client{"web", "trusted", "vault", ""}[w.rand.IntN(4)], Scopes: []string{"openid"},
		Login: w.some(4), Consent: w.some(5), Select: w.some(4),
	}
	if ask.Client == "" {
		ask.ReturnTo, ask.Switch = "/account", w.some(3)
	}
	if w.some(5) {
		age := time.Duration(w.rand.IntN(40)) * time.Second
		ask.MaxAge = &age
	}
	if w.some(8) {
		ask.HintUser = users[w.rand.IntN(3)]
	}
	if w.some(6) {
		ask.Require = proof.AAL2
	}
	i, err := w.s.Begin(w.Context(), b.binding, ask)
	if err != nil {
		w.Fatal(err)
	}
	w.asks, w.begunBy[i.ID], w.carried[i.ID] = append(w.asks, i.ID), b, i
}

// ref is how the browser names the sign-in; now is how that stands.
func (w *walker) ref(i id.Interaction, b *browser) Ref {
	return Ref{Interaction: i, Sealed: w.carried[i].Sealed, Browser: b.binding, Session: b.session}
}

func (w *walker) now(i id.Interaction) Interaction {
	if row, stored := w.interactions[i]; stored {
		return row
	}
	return w.carried[i]
}

// step posts something somewhere.
func (w *walker) step() {
	i := w.asks[w.rand.IntN(len(w.asks))]
	b := w.begunBy[i]
	if w.some(10) {
		b = w.browsers[w.rand.IntN(2)]
	}
	user := users[w.rand.IntN(3)]
	if e, err := w.s.Look(w.Context(), w.ref(i, b), ""); err == nil && e.Decision.User != "" && !w.some(4) {
		user = e.Decision.User
	}
	switch w.rand.IntN(16) {
	case 0:
		w.turn()
	case 1:
		time.Sleep(time.Duration(w.rand.IntN(40_000)) * time.Millisecond)
	case 2:
		w.begin()
	default:
		w.post(i, b, user)
	}
}

// turn changes the world between two posts.
func (w *walker) turn() {
	p := w.persons[users[w.rand.IntN(3)]]
	switch w.rand.IntN(7) {
	case 0:
		p.Enabled = !p.Enabled
	case 1:
		p.Second = nil // an operator helps out
	case 5: // an authenticator is lost
		if n := len(p.Second); n > 0 {
			p.Second = slices.Delete(slices.Clone(p.Second), 0, 1+w.rand.IntN(n))
		}
	case 6: // another one, on a page that is not walked here
		if len(p.Second) < 3 {
			p.Second = append(slices.Clone(p.Second), w.factor())
		}
	case 2: // sign out
		b := w.browsers[w.rand.IntN(2)]
		delete(w.sessions, b.session)
	case 3:
		p.Password = w.factor()
	case 4:
		for token, v := range w.sessions { // "sign out everywhere"
			if v.User == p.ID {
				delete(w.sessions, token)
			}
		}
	}
}

// post is one request; often empty, repeated, or out of turn.
func (w *walker) post(i id.Interaction, b *browser, user id.User) {
	ref := w.ref(i, b)
	ctx, from := w.Context(), audit.Actor{}
	secret := []string{"", "wrong", "pw " + string(user)}[min(w.rand.IntN(5), 2)]
	code := func(kind string) string {
		return []string{"", kind + " ada 1", fmt.Sprintf("%s %s %d", kind, user, w.rand.Int())}[min(w.rand.IntN(6), 2)]
	}
	posts := []struct {
		name string
		do   func() (Outcome, error)
	}{
		{"password", func() (Outcome, error) { return w.s.Password(ctx, from, ref, string(user), secret) }},
		{"password", func() (Outcome, error) { return w.s.Password(ctx, from, ref, string(user), "pw "+string(user)) }},
		{"code", func() (Outcome, error) { return w.s.TOTP(ctx, from, ref, code("otp")) }},
		{"recovery", func() (Outcome, error) { return w.s.Recovery(ctx, from, ref, code("rec")) }},
		{"enrol", func() (Outcome, error) { return w.s.ConfirmEnrol(ctx, from, ref, code("otp")) }},
		{"start", func() (Outcome, error) { return w.start(ctx, from, ref) }},
		{"stay", func() (Outcome, error) { return w.s.Choose(ctx, from, ref, false) }},
		{"other", func() (Outcome, error) { return w.s.Choose(ctx, from, ref, true) }},
		{"allow", func() (Outcome, error) { return w.s.Consent(ctx, from, ref, true) }},
		{"deny", func() (Outcome, error) { return w.s.Consent(ctx, from, ref, !w.some(3)) }},
	}
	p := posts[w.rand.IntN(len(posts))]
	if p.name == "other" && !w.some(4) {
		p = posts[1]
	}
	before, sessions := w.now(i), maps.Clone(w.sessions)
	w.proved = nil
	out, err := p.do()
	w.trail = append(w.trail, fmt.Sprintf("%s %s of %s by %s: %s %v", p.name, i[:8], user, b.binding, out.Decision.Step, err))
	if out.Interaction.Sealed != "" && err == nil {
		w.carried[i] = out.Interaction
	}
	if p.name == "other" && err == nil && w.now(i).Version != before.Version {
		delete(w.answered, i) // they said so
	}
	w.check(p.name, before, sessions, b, out, err)
	if d := out.Decision; err == nil && (d.Step == StepIssue || d.Step == StepRefuse) && w.some(3) {
		w.finish(i, out.Entry)
	}
	if out.SessionToken != "" && !w.some(10) { // sometimes the answer is lost
		b.session = out.SessionToken
	}
}

// finish answers a sign-in, as the application's door does.
func (w *walker) finish(i id.Interaction, e Entry) {
	if err := w.s.Finish(w.Context(), e); err != nil {
		return
	}
	w.trail = append(w.trail, fmt.Sprintf("%s is answered with %s for %q", i[:8], e.Decision.Step, e.Decision.User))
	if _, before := w.answered[i]; !before {
		w.answered[i] = e.Decision
	}
}

func (w *walker) start(ctx context.Context, from audit.Actor, ref Ref) (Outcome, error) {
	key, _, err := w.s.StartEnrol(ctx, from, ref)
	e, lookErr := w.s.Look(ctx, ref, "")
	if key != "" && (lookErr != nil || e.Decision.Step != StepEnrol) {
		w.bad("an enrolment began at %s", e.Decision.Step)
	}
	return Outcome{Entry: e}, err
}

func (w *walker) bad(format string, args ...any) {
	w.Helper()
	for _, line := range w.trail {
		w.Log(line)
	}
	w.Fatalf(format, args...)
}

// check compares what happened with the walker's own books.
func (w *walker) check(name string, before Interaction, sessions map[string]SessionView, b *browser, out Outcome, err error) {
	after := w.now(before.ID)
	if err != nil && out.SessionToken != "" {
		w.bad("a refused %s hands out a session", name)
	}
	if w.begunBy[before.ID] != b && fault.CodeOf(err) != "flow.browser" {
		w.bad("another browser's %s was answered with %v", name, err)
	}
	if after.Version == before.Version {
		same := reflect.DeepEqual(before, after)
		if !after.Stored() { // the browser may carry another choice
			same = len(after.Progress.Proofs) == 0 && after.Progress.Consent == ""
		}
		if !reflect.DeepEqual(sessions, w.sessions) || !same || out.SessionToken != "" {
			w.bad("%s changed nothing, but:\n%s", name, cmp.Diff(sessions, w.sessions)+cmp.Diff(before, after))
		}
	} else {
		w.enter(name, after)
	}
	if name == "enrol" && len(w.proved) > 0 {
		user := w.proved[0].user
		e := w.held[sessions[b.session].ID].with(w.inside[before.ID][user])
		if at := e.by(w.persons[user].Password); time.Since(at) > w.s.Config().Fresh {
			w.bad("a factor of %s is set up on a password proved at %v", user, at)
		}
	}
	if out.SessionToken == "" {
		for token := range w.sessions {
			if _, was := sessions[token]; !was {
				w.bad("%s made a session that nobody got", name)
			}
		}
	} else {
		w.admitted(after, out)
	}
	if err == nil && out.Decision.Step == StepIssue {
		w.mayIssue(after, b, out)
	}
}

// enter writes accepted proofs into the books.
func (w *walker) enter(name string, i Interaction) {
	if name == "other" || w.inside[i.ID] == nil {
		w.inside[i.ID] = map[id.User]evidence{}
	}
	for _, p := range w.proved {
		if p.Method == proof.Password {
			maps.DeleteFunc(w.inside[i.ID], func(u id.User, _ evidence) bool { return u != p.user })
		}
		w.inside[i.ID][p.user] = w.inside[i.ID][p.user].with(evidence{p.Factor: p.At})
	}
}

// admitted checks a session that was just made or raised.
func (w *walker) admitted(i Interaction, out Outcome) {
	v := w.sessions[out.SessionToken]
	e := w.held[v.ID].with(w.inside[i.ID][v.User])
	w.satisfies("a session", i, v.User, e)
	w.held[v.ID] = e
	w.made++
}

// mayIssue checks an answer that lets the application have its code.
func (w *walker) mayIssue(i Interaction, b *browser, out Outcome) {
	token := b.session
	if out.SessionToken != "" {
		token = out.SessionToken
	}
	v, live := w.sessions[token]
	if !live || v.User != out.Decision.User || v.ID != out.Decision.Session {
		w.bad("issued to %s in %s without their session", out.Decision.User, out.Decision.Session)
	}
	if first, finished := w.answered[i.ID]; finished && (first.User != v.User || first.Session != v.ID || first.Step != StepIssue) {
		w.bad("issued to %s in %s what was answered with %s for %s in %s", v.User, v.ID, first.Step, first.User, first.Session)
	}
	w.satisfies("an issue", i, v.User, w.held[v.ID])
	app := w.apps[i.Ask.Client]
	if app.ID != "" && (!app.SkipConsent || i.Ask.Consent) && len(w.consents[string(v.User)+" "+string(app.ID)]) == 0 {
		w.bad("issued to %s without consent", app.ID)
	}
	w.issued++
}

func (w *walker) satisfies(what string, i Interaction, user id.User, e evidence) {
	p := w.persons[user]
	if !p.Enabled {
		w.bad("%s for %s, who is disabled", what, user)
	}
	from := time.Unix(0, 0)
	if i.Ask.Login {
		from = i.Ask.RequestedAt
	} else if i.Ask.MaxAge != nil {
		from = i.Ask.RequestedAt.Add(-*i.Ask.MaxAge)
	}
	if at := e.by(p.Password); at.Before(from) {
		w.bad("%s for %s on a password proved at %v, wanted since %v", what, user, at, from)
	}
	strong := p.HasFactor() || i.Ask.Require == proof.AAL2 || i.Ask.Client == "vault" || w.s.Config().MFA == proof.MFAEverybody ||
		w.s.Config().MFA == proof.MFAAdministrators && p.Administrator
	if at := e.by(p.Second...); strong && at.Before(from) {
		w.bad("%s for %s on a factor proved at %v, wanted since %v", what, user, at, from)
	}
	if i.Ask.HintUser != "" && i.Ask.HintUser != user {
		w.bad("%s for %s where %s was meant", what, user, i.Ask.HintUser)
	}
}

// Random walks over several interactions, browsers and people: a session exists
// only when every required proof was given for its person, and nothing hands one
// out otherwise.
func TestWalksNeverFindASessionWithoutEveryProof(t *testing.T) {
	t.Parallel()
	walks := uint64(12_000)
	if testing.Short() {
		walks = 1_000
	}
	synctest.Test(t, func(t *testing.T) {
		issued, made := 0, 0
		for n := range walks {
			w := newWalker(t, n)
			for range 30 {
				w.step()
			}
			issued, made = issued+w.issued, made+w.made
		}
		if issued < int(walks)/10 || made < int(walks)/2 {
			t.Errorf("only %d sessions and %d answers in %d walks: they lead nowhere", made, issued, walks)
		}
		t.Logf("%d walks: %d sessions made or raised, %d requests issued", walks, made, issued)
	})
}
