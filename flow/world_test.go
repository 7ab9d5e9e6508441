package flow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/setting"
)

// world is everything around a Service, in maps: the store, the people with
// their passwords and codes, the sessions and the applications. A transaction
// that fails leaves no trace.
type world struct {
	rows
	persons map[id.User]*Person
	apps    map[id.Client]Application
	spent   map[string]bool // codes that were used
	proved  []proofGiven    // what the checks accepted since it was last emptied
	names   int
	visits  []id.Session
	lacks   map[string]Admission
	failing func() error    // asked by every write; nil: never
	locks   map[string]bool // by the id of a person or a session
	unknown error           // nobody can know the locks, because of this
}

// Locked implements Locks.
func (w *world) Locked(_ context.Context, user id.User, session id.Session, _ id.Client) (bool, error) {
	return w.locks[string(user)] || w.locks[string(session)], w.unknown
}

type rows struct {
	interactions map[id.Interaction]Interaction
	sessions     map[string]SessionView // by token
	consents     map[string][]string
	events       []audit.Event
}

type proofGiven struct {
	user id.User
	proof.Proof
}

// person is somebody with a password and so many authenticators.
func (w *world) person(user id.User, authenticators int) *Person {
	p := &Person{ID: user, Enabled: true, Password: w.factor()}
	for range authenticators {
		p.Second = append(p.Second, w.factor())
	}
	w.persons[user] = p
	return p
}

// factor is an id that nobody had before.
func (w *world) factor() id.Factor {
	w.names++
	return id.Factor(fmt.Sprintf("fac_%d", w.names))
}

func newWorld() *world {
	return &world{
		rows:  rows{map[id.Interaction]Interaction{}, map[string]SessionView{}, map[string][]string{}, nil},
		locks: map[string]bool{}, persons: map[id.User]*Person{}, apps: map[id.Client]Application{}, spent: map[string]bool{}, lacks: map[string]Admission{},
	}
}

func (w *world) service(mfa proof.MFA) *Service {
	c := DefaultConfig()
	c.MFA = mfa
	return &Service{Store: w, People: w, Sessions: w, Apps: w, Turns: w, Locks: w, Audit: w, Config: setting.Always(c), Seals: secret.NewBox(make([]byte, 32)), Administrators: w}
}

// configure changes the configuration of a service.
func configure(s *Service, change func(*Config)) {
	c := s.Config()
	change(&c)
	s.Config = setting.Always(c)
}

// Take implements Turns: nobody waits.
func (w *world) Take(context.Context, id.User) error { return nil }

// TakeFrom implements Turns.
func (w *world) TakeFrom(context.Context, id.User, string) error { return nil }

type inTx struct{}

func (w *world) InTx(ctx context.Context, f func(context.Context) error) error {
	if ctx.Value(inTx{}) != nil {
		return f(ctx)
	}
	before := rows{maps.Clone(w.interactions), maps.Clone(w.sessions), maps.Clone(w.consents), slices.Clone(w.events)}
	spent, proved, persons := maps.Clone(w.spent), w.proved, map[id.User]Person{}
	for user, p := range w.persons {
		persons[user] = *p
	}
	err := f(context.WithValue(ctx, inTx{}, true))
	if err != nil {
		w.rows, w.spent, w.proved = before, spent, proved
		for user, p := range persons {
			*w.persons[user] = p
		}
	}
	return err
}

func (w *world) fail() error {
	if w.failing == nil {
		return nil
	}
	return w.failing()
}

func (w *world) InsertInteraction(_ context.Context, i Interaction, most int) (bool, error) {
	if err := w.fail(); err != nil {
		return false, err
	}
	if _, there := w.interactions[i.ID]; there {
		return false, fault.New(fault.Conflict, "interaction.stale", "")
	}
	of := 0
	for _, other := range w.interactions {
		if other.Progress.User == i.Progress.User {
			of++
		}
	}
	if of >= most {
		return false, nil
	}
	w.interactions[i.ID] = i
	return true, nil
}

func (w *world) SignIn(ctx context.Context, q Query) (Found, error) {
	var f Found
	if q.Interaction != "" {
		i, ok := w.interactions[q.Interaction]
		if !ok {
			return Found{}, fault.Missing("interaction")
		}
		f.Interaction = i
		f.Interaction.Ask.Client, q.Client = i.Ask.Client, i.Ask.Client
	}
	f.Session = w.view(q.Session)
	user := f.Interaction.Progress.subject(f.Session)
	if user == "" {
		user = q.Person
	}
	if p, scopes, err := w.SignInPerson(ctx, user, q.Client); err == nil {
		f.Person, f.Consented = &p, scopes
	}
	return f, nil
}

func (w *world) SignInPerson(_ context.Context, user id.User, client id.Client) (Person, []string, error) {
	p, ok := w.persons[user]
	if !ok {
		return Person{}, nil, fault.Missing("user")
	}
	return *p, w.consents[string(user)+" "+string(client)], nil
}

func (w *world) UpdateInteraction(_ context.Context, i Interaction) error {
	if err := w.fail(); err != nil {
		return err
	}
	if w.interactions[i.ID].Version != i.Version {
		return fault.New(fault.Conflict, "interaction.stale", "")
	}
	i.Version++
	w.interactions[i.ID] = i
	return nil
}

// CheckPassword takes "pw <user>" of an enabled person.
func (w *world) CheckPassword(ctx context.Context, _ audit.Actor, login, password string) (id.User, proof.Proof, error) {
	w.outside(ctx)
	p := w.persons[id.User(login)]
	if p == nil || !p.Enabled || password != "pw "+login {
		return "", proof.Proof{}, fault.New(fault.Unauthenticated, "signin.wrong", "")
	}
	return p.ID, w.prove(p.ID, proof.Password, p.Password, proof.ByPassword), nil
}

func (w *world) prove(user id.User, m proof.Method, factor id.Factor, by proof.Source) proof.Proof {
	p := proof.Proof{Method: m, At: clock.Now(), Factor: factor, Source: by}
	w.proved = append(w.proved, proofGiven{user, p})
	return p
}

// CheckTOTP takes "otp <user> <anything>", each once, as a code of the newest
// authenticator.
func (w *world) CheckTOTP(ctx context.Context, _ audit.Actor, user id.User, code string) (proof.Proof, error) {
	w.outside(ctx)
	p := w.persons[user]
	if !p.HasFactor() {
		return proof.Proof{}, fault.New(fault.Unauthenticated, "totp.wrong", "")
	}
	if err := w.spend(user, "otp", code); err != nil {
		return proof.Proof{}, err
	}
	return w.prove(user, proof.OTP, p.Second[len(p.Second)-1], proof.ByAuthenticator), nil
}

func (w *world) CheckRecovery(ctx context.Context, _ audit.Actor, user id.User, code string) (proof.Proof, int, error) {
	w.outside(ctx)
	p := w.persons[user]
	if !p.HasFactor() {
		return proof.Proof{}, 0, fault.New(fault.Unauthenticated, "recovery.wrong", "")
	}
	if err := w.spend(user, "rec", code); err != nil {
		return proof.Proof{}, 0, err
	}
	return w.prove(user, proof.OTP, p.Second[0], proof.ByRecoveryCode), 7, nil
}

func (w *world) spend(user id.User, kind, code string) error {
	if w.spent[code] {
		return fault.New(fault.Unauthenticated, "totp.used", "")
	}
	if !strings.HasPrefix(code, kind+" "+string(user)+" ") {
		return fault.New(fault.Unauthenticated, "totp.wrong", "")
	}
	w.spent[code] = true
	return nil
}

func (w *world) StartEnrol(_ context.Context, _ audit.Actor, user id.User, _ []byte) (string, string, error) {
	return "KEY" + string(user), "otpauth://totp/" + string(user), nil
}

func (w *world) ConfirmEnrol(ctx context.Context, _ audit.Actor, user id.User, _ []byte, code string) (proof.Proof, []string, error) {
	if ctx.Value(inTx{}) == nil {
		panic("a factor is confirmed apart from the sign-in that it is for")
	}
	p := w.persons[user]
	if p.HasFactor() {
		return proof.Proof{}, nil, fault.New(fault.Conflict, "factor.not_pending", "")
	}
	if err := w.spend(user, "otp", code); err != nil {
		return proof.Proof{}, nil, err
	}
	p.Second = append(p.Second, w.factor())
	return w.prove(user, proof.OTP, p.Second[0], proof.ByAuthenticator), []string{"one", "two"}, nil
}

// outside ends the test when a check runs inside a transaction, whose rollback
// would undo the count of attempts.
func (w *world) outside(ctx context.Context) {
	if ctx.Value(inTx{}) != nil {
		panic("a proof was checked inside a transaction")
	}
}

func (w *world) view(hash []byte) *SessionView {
	for token, v := range w.sessions {
		if p := w.persons[v.User]; bytes.Equal(secret.Hash(token), hash) && p != nil && p.Enabled {
			return &v
		}
	}
	return nil
}

func (w *world) Visit(_ context.Context, v SessionView, _ string) error {
	w.visits = append(w.visits, v.ID)
	return nil
}

func (w *world) Create(ctx context.Context, _ audit.Actor, user id.User, proofs proof.List) (SessionView, string, error) {
	w.names++
	return w.keep(ctx, SessionView{ID: id.Session(fmt.Sprintf("ses_%d", w.names)), User: user, Proofs: proofs})
}

func (w *world) Raise(ctx context.Context, _ audit.Actor, v SessionView, proofs proof.List) (SessionView, string, error) {
	token := w.tokenOf(v.ID)
	if token == "" {
		return SessionView{}, "", fault.New(fault.Unauthenticated, "session.none", "")
	}
	user := w.sessions[token].User
	delete(w.sessions, token)
	return w.keep(ctx, SessionView{ID: v.ID, User: user, Proofs: proofs})
}

func (w *world) keep(ctx context.Context, v SessionView) (SessionView, string, error) {
	if ctx.Value(inTx{}) == nil {
		return SessionView{}, "", errors.New("a session is made outside a transaction")
	}
	w.names++
	token := fmt.Sprintf("token %d", w.names)
	w.sessions[token] = v
	return v, token, nil
}

func (w *world) tokenOf(session id.Session) string {
	for token, v := range w.sessions {
		if v.ID == session {
			return token
		}
	}
	return ""
}

func (w *world) End(_ context.Context, _ audit.Actor, session id.Session, _ audit.Reason) error {
	delete(w.sessions, w.tokenOf(session))
	return nil
}

func (w *world) Application(_ context.Context, client id.Client) (Application, error) {
	a, ok := w.apps[client]
	if !ok {
		return Application{}, fault.Missing("client")
	}
	return a, nil
}

func (w *world) Admit(_ context.Context, client id.Client, user id.User) (Admission, error) {
	return w.lacks[string(user)+" "+string(client)], nil
}

func (w *world) GiveConsent(_ context.Context, _ audit.Actor, user id.User, client id.Client, scopes []string) error {
	w.consents[string(user)+" "+string(client)] = scopes
	return nil
}

func (w *world) Record(_ context.Context, e audit.Event) error {
	if err := w.fail(); err != nil {
		return err
	}
	w.events = append(w.events, e)
	return nil
}

// Administers is Administrators: who does is said of the person.
func (w *world) Administers(_ context.Context, user id.User) (bool, error) {
	return w.persons[user].Administrator, nil
}
