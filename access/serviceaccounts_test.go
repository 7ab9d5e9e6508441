package access_test

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/store"
)

// service makes an account and returns its key.
func (w written) service(name string) Begun {
	w.Helper()
	b, err := w.CreateServiceAccount(w.Context(), console, NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: name}})
	w.must(b, err)
	return b
}

func (w written) snapshot() *Snapshot {
	w.Helper()
	s, err := Load(w.Context(), w.Store, BuiltIn{}, time.Now())
	w.must(s, err)
	return s
}

// keyring follows the policy by loading it each time.
func (w written) keyring() *Keyring {
	return &Keyring{Codec: w.Keys, Policy: loading(w), Store: w.Store}
}

type loading written

func (l loading) Latest(context.Context) (*Snapshot, error) { return written(l).snapshot(), nil }

func (l loading) Current(context.Context) (*Snapshot, error) { return written(l).snapshot(), nil }

func (w written) opens(r *Keyring, text string, want bool) {
	w.Helper()
	b, err := r.Bearer(w.Context(), text)
	if want && (err != nil || b.Subject != Subject{ServiceAccount, "ops"}) {
		w.Errorf("the key is refused: %+v %v", b, err)
	}
	if !want && (fault.CodeOf(err) != "servicekey.bad" || !fault.Is(err, fault.Unauthenticated)) {
		w.Errorf("the key is taken: %+v %v", b, err)
	}
}

func TestServiceAccountsThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	w.service("ops")
	before := w.version()
	for _, c := range []struct {
		code, field string
		change      func(n *NewServiceAccount)
	}{
		{"service.invalid", "id", func(n *NewServiceAccount) { n.ID = "O ps" }},
		{"service.invalid", "id", func(n *NewServiceAccount) { n.ID = "usr_ops" }},
		{"service.invalid", "id", func(n *NewServiceAccount) { n.ID = "cli_ops" }},
		{"service.invalid", "id", func(n *NewServiceAccount) { n.ID = "key_ops" }},
		{"service.invalid", "description", func(n *NewServiceAccount) { n.Description = "a\nb" }},
		{"service.invalid", "reason", func(n *NewServiceAccount) { n.Reason = "a\u202eb" }},
		{"service.exists", "", func(n *NewServiceAccount) { n.ID = "ops" }},
		{"service.exists", "", func(n *NewServiceAccount) { n.ID = "app" }}, // a client has it
		{"role.not_found", "", func(n *NewServiceAccount) { n.Role = "nobody" }},
		{"servicekey.invalid", "expires_at", func(n *NewServiceAccount) { n.Until = time.Now().Add(-time.Second) }},
	} {
		n := NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: "new"}}
		c.change(&n)
		_, err := w.CreateServiceAccount(t.Context(), console, n)
		w.refuses(c.code, c.field, err, before)
	}
	_, err := w.DisableServiceAccount(t.Context(), console, "nobody", "")
	w.refuses("service.not_found", "", err, before)
	_, err = w.EnableServiceAccount(t.Context(), console, "ops", "a\nb")
	w.refuses("service.invalid", "reason", err, before)
	w.refuses("service.not_found", "", w.DeleteServiceAccount(t.Context(), console, "nobody", ""), before)
	w.refuses("service.exists", "", w.Free(t.Context(), "ops"), before)
	w.must(nil, w.Free(t.Context(), "another"))
	if all, err := w.ServiceAccounts(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("accounts: %+v %v", all, err)
	}
}

// The role comes with the account or not at all, and both end when they were to.
func TestAServiceAccountBeginsWithAKeyAndARole(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "reader", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	b, err := w.CreateServiceAccount(t.Context(), console, NewServiceAccount{
		ServiceAccountRecord: ServiceAccountRecord{ID: "ops"}, Role: "reader", Until: until, Reason: "nightly report",
	})
	w.must(b, err)
	ops := Subject{ServiceAccount, "ops"}
	ask := func(at time.Time) Explanation {
		e, err := w.Explain(t.Context(), &Question{Principal: ops, Permission: "shop/orders:read", Now: at})
		w.must(e, err)
		return e
	}
	if got := ask(time.Now()); got.Outcome != Allowed || !got.Until.Equal(until) || got.Grants[0].Reason != "nightly report" {
		t.Errorf("explained: %+v", got)
	}
	if got := ask(until); got.Outcome != Refused {
		t.Errorf("at its end: %+v", got)
	}
	who, err := w.WhoCan(t.Context(), "shop/orders:read", "", time.Now())
	if w.must(who, err); len(who) != 1 || who[0].Principal != ops {
		t.Errorf("who can: %+v", who)
	}
	key, err := w.keyring().Bearer(t.Context(), b.Text)
	if w.must(key, err); key.Subject != ops || key.Key != b.Key.ID || !key.Until.Equal(until) {
		t.Errorf("the key is %+v", key)
	}
	_, err = w.DisableServiceAccount(t.Context(), console, "ops", "stolen")
	w.must(nil, err)
	if got := ask(time.Now()); got.Reason != Inactive {
		t.Errorf("disabled: %+v", got)
	}
	w.must(nil, w.DeleteServiceAccount(t.Context(), console, "ops", "no more"))
	w.service("ops")
	if got := ask(time.Now()); got.Outcome != Refused || got.Grants[0].Verdict != Ended {
		t.Errorf("the next one of the name: %+v", got)
	}
}

// What a key opens ends with whatever it stands on, and comes back with what
// comes back.
func TestAKeyIsGoodWhileItsAccountIs(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	ctx := t.Context()
	first := w.service("ops")
	second, text, err := w.CreateServiceKey(ctx, console, KeyRecord{Owner: "ops", Name: "laptop"})
	w.must(second, err)
	r := w.keyring()
	w.opens(r, first.Text, true)
	w.opens(r, text, true)

	w.must(w.RevokeServiceKey(ctx, console, Subject{}, second.ID))
	w.opens(r, text, false)
	w.opens(r, first.Text, true)

	w.must(w.DisableServiceAccount(ctx, console, "ops", "test"))
	w.opens(r, first.Text, false)
	w.must(w.EnableServiceAccount(ctx, console, "ops", "test"))
	w.opens(r, first.Text, true)

	w.must(w.PutLock(ctx, console, lock(LockService, "ops")))
	w.opens(r, first.Text, false)
	w.must(nil, w.LiftLock(ctx, console, LockTarget{LockService, "ops"}))
	w.opens(r, first.Text, true)

	w.must(nil, w.DeleteServiceAccount(ctx, console, "ops", ""))
	w.opens(r, first.Text, false)
	again := w.service("ops")
	w.opens(r, first.Text, false)
	w.opens(r, again.Text, true)
}

func TestAKeyEndsAtItsEnd(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	w.service("ops")
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	k, text, err := w.CreateServiceKey(t.Context(), console, KeyRecord{Owner: "ops", Name: "short", ExpiresAt: end})
	w.must(k, err)
	p, err := w.Keys.Parse(text)
	w.must(p, err)
	s := w.snapshot()
	for at, want := range map[time.Time]bool{end.Add(-1): true, end: false} {
		if b, ok := s.Bearer(p, at); ok != want || ok && !b.Until.Equal(end) {
			t.Errorf("at %v: %+v %v", at, b, ok)
		}
	}
	_, _, err = w.CreateServiceKey(t.Context(), console, KeyRecord{Owner: "ops", Name: "", ExpiresAt: end})
	w.refuses("servicekey.invalid", "name", err, w.version())
	_, _, err = w.CreateServiceKey(t.Context(), console, KeyRecord{Owner: "nobody", Name: "x"})
	w.refuses("service.not_found", "", err, w.version())
	_, err = w.RevokeServiceKey(t.Context(), console, Subject{}, "key_nobody")
	w.refuses("servicekey.not_found", "", err, w.version())
	w.must(w.RevokeServiceKey(t.Context(), console, Subject{}, k.ID))
	_, err = w.RevokeServiceKey(t.Context(), console, Subject{}, k.ID)
	w.refuses("servicekey.over", "", err, w.version())
}

// A key has one spelling, and is of one house.
func TestWhatIsNoKeyOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	text := w.service("ops").Text
	r := w.keyring()
	w.opens(r, text, true)
	for i := range text {
		for _, c := range "a7_Z" {
			if rune(text[i]) != c {
				w.opens(r, text[:i]+string(c)+text[i+1:], false)
			}
		}
	}
	for _, other := range []string{"", text[1:], text + "a", text + "\n", " " + text, text[:len(text)-1], strings.ToUpper(text), KeyPrefix, strings.Repeat(text, 1000)} {
		w.opens(r, other, false)
	}
	foreign := w.keyring()
	foreign.Codec = KeyCodec{Key: []byte(strings.Repeat("k", 32))}
	w.opens(foreign, text, false)
	forged, _ := foreign.Codec.Mint(w.service("other").Key.ID)
	w.opens(r, forged, false)
}

// signed is what stands before the checksum, with a right one: everybody can make that.
func signed(text string) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], crc32.ChecksumIEEE([]byte(text)))
	return text + base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding).EncodeToString(b[:])
}

// A right checksum makes nothing a key, whatever its length is, and however the same
// bytes are spelled.
func TestAChecksumOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	text := w.service("ops").Text
	r := w.keyring()
	body := text[:len(text)-7]
	if signed(body) != text {
		t.Fatalf("a key does not end in its checksum: %s", text)
	}
	w.opens(r, signed(body), true)
	begin := strings.LastIndex(text, "_") + 1
	none := map[string]string{"a longer one": body + "a", "a long one": body + strings.Repeat("a", 100), "no letters": body[:begin] + strings.Repeat("1", len(body)-begin)}
	for n := begin - 1; n < len(body); n++ {
		none["the beginning, "+strconv.Itoa(n)] = body[:n]
	}
	for _, c := range "abcdefghijklmnopqrstuvwxyz234567" { // 52 letters are four bits more than 32 bytes
		if last := len(body) - 1; rune(body[last]) != c {
			none["the last letter is "+string(c)] = body[:last] + string(c)
		}
	}
	for what, one := range none {
		w.opens(r, signed(one), false)
		if name, ours := r.Read(signed(one)); ours {
			t.Errorf("%s: it is taken for the key %s", what, name)
		}
	}
}

// Of a name one text is a key, though another one was made under the same key of the
// house: the one of which the MAC is kept.
func TestOfAKeyOneTextCounts(t *testing.T) {
	t.Parallel()
	codec := KeyCodec{Key: make([]byte, 32)}
	name := id.NewServiceKey()
	former, _ := codec.Mint(name)
	present, mac := codec.Mint(name)
	s := Compile(Policy{Keys: []Key{{ID: name, Owner: Subject{ServiceAccount, "ops"}, MAC: mac}}})
	for text, want := range map[string]bool{former: false, present: true} {
		p, err := codec.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if b, good := s.Bearer(p, time.Now()); good != want {
			t.Errorf("%+v %t, want %t", b, good, want)
		}
	}
}

// Whoever is answered by a snapshot is answered by all of it, although keys come and go
// meanwhile; and those of one account take nobody else's along.
func TestASnapshotKeepsItsKeys(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	first, other := w.service("ops"), w.service("bot")
	r := newReplica(t, w.Store.(*store.Store))
	before, err := r.Current(t.Context())
	w.must(before, err)
	_, text, err := w.CreateServiceKey(t.Context(), console, KeyRecord{Owner: "ops", Name: "second"})
	w.must(nil, err)
	w.must(w.RevokeServiceKey(t.Context(), console, Subject{}, first.Key.ID))
	w.must(nil, r.feed.Step(t.Context()))
	after, err := r.Current(t.Context())
	w.must(after, err)
	for _, c := range []struct {
		s    *Snapshot
		text string
		want bool
	}{{before, first.Text, true}, {before, text, false}, {before, other.Text, true}, {after, first.Text, false}, {after, text, true}, {after, other.Text, true}} {
		p, err := w.Keys.Parse(c.text)
		w.must(p, err)
		if _, good := c.s.Bearer(p, time.Now()); good != c.want {
			t.Errorf("in version %d of %d a key is good: %t, want %t", c.s.Version(), after.Version(), good, c.want)
		}
	}
}

// Who shows a key that was one of ours has not guessed, whatever became of it, and of
// its account; to tell that nothing is asked.
func TestAKeyOfOursIsNoGuess(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	b := w.service("ops")
	r := &Keyring{Codec: w.Keys}
	is := func(text string, ours bool) {
		t.Helper()
		if name, ok := r.Read(text); ok != ours || ok && name != b.Key.ID {
			t.Errorf("%q is a key of ours: %t %q, want %t", text, ok, name, ours)
		}
	}
	is(b.Text, true)
	w.must(nil, w.DeleteServiceAccount(t.Context(), console, "ops", ""))
	is(b.Text, true)
	other, _ := KeyCodec{Key: []byte(strings.Repeat("k", 32))}.Mint(b.Key.ID)
	is(other, false)
	for i := range b.Text {
		if c := byte('a'); b.Text[i] != c {
			is(b.Text[:i]+string(c)+b.Text[i+1:], false)
		}
	}
}

// What is kept of a key is no key, and tells nothing of it.
func TestOfAKeyItsMACAloneIsKept(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	b := w.service("ops")
	kept, err := w.Store.ServiceKey(t.Context(), b.Key.ID)
	w.must(kept, err)
	if len(kept.MAC) != 32 || strings.Contains(b.Text, string(kept.MAC)) {
		t.Errorf("kept is %q", kept.MAC)
	}
	if !strings.HasPrefix(b.Text, KeyPrefix+kept.ID.Text()+"_") || len(b.Text) != len(KeyPrefix)+32+1+52+7 {
		t.Errorf("a key is written %d long, not as docs/access.md says", len(b.Text))
	}
}

func TestUseOfAKeyIsNotedAndRaisesNothing(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	b := w.service("ops")
	r := w.keyring()
	before := w.version()
	w.opens(r, b.Text, true)
	kept, err := w.Store.ServiceKey(t.Context(), b.Key.ID)
	if w.must(kept, err); !kept.Used.IsZero() {
		t.Errorf("used at %v before it was written down", kept.Used)
	}
	r.Store = refusing{w.Store}
	if err := r.Flush(t.Context(), time.Now()); !errors.Is(err, errRefusing) {
		t.Errorf("flushed into a store that refuses: %v", err)
	}
	r.Store = w.Store
	w.must(nil, r.Flush(t.Context(), time.Now()))
	kept, err = w.Store.ServiceKey(t.Context(), b.Key.ID)
	if w.must(kept, err); kept.Used.IsZero() || time.Since(kept.Used) > time.Minute {
		t.Errorf("used at %v", kept.Used)
	}
	if now := w.version(); now != before {
		t.Errorf("the version of the policy went from %d to %d", before, now)
	}
}

var errRefusing = errors.New("the store refuses")

type refusing struct{ Store }

func (refusing) UseServiceKeys(context.Context, map[id.ServiceKey]time.Time) error {
	return errRefusing
}

// A store that cannot answer is no reason to take a key, nor to call it bad.
func TestWhileThePolicyIsUnknownNoKeyIsGoodOrBad(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	text := w.service("ops").Text
	away := fault.New(fault.Unavailable, "policy.unknown", "Nobody can know.")
	r := &Keyring{Codec: w.Keys, Policy: unknown{away}, Store: w.Store}
	if _, err := r.Bearer(t.Context(), text); !fault.Is(err, fault.Unavailable) || fault.CodeOf(err) != "policy.unknown" {
		t.Errorf("got %v", err)
	}
}

type unknown struct{ err error }

func (u unknown) Latest(context.Context) (*Snapshot, error) { return nil, u.err }

func (u unknown) Current(context.Context) (*Snapshot, error) { return nil, u.err }

func TestAHouseHasABoundedNumberOfServiceAccountsAndKeys(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	w.service("ops")
	for n := range MaxServices - 1 {
		w.must(nil, w.Store.InsertServiceAccount(t.Context(), ServiceAccountRecord{ID: "s" + strconv.Itoa(n)}))
	}
	_, err := w.CreateServiceAccount(t.Context(), console, NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: "more"}})
	w.refuses("access.full", "", err, w.version())

	one := KeyRecord{Owner: "ops", Name: "more"}
	for range MaxKeysOf - 1 {
		_, _, err := w.CreateServiceKey(t.Context(), console, one)
		w.must(nil, err)
	}
	_, _, err = w.CreateServiceKey(t.Context(), console, one)
	w.refuses("access.full", "", err, w.version())
	// Those that are over make room, and do not pile up.
	for range MaxOldKeysOf {
		all, err := w.ServiceKeys(t.Context(), "ops")
		w.must(all, err)
		living := slices.IndexFunc(all, func(k KeyRecord) bool { return !k.OverAt(time.Now()) })
		w.must(w.RevokeServiceKey(t.Context(), console, Subject{}, all[living].ID))
		_, _, err = w.CreateServiceKey(t.Context(), console, one)
		w.must(nil, err)
	}
	if all, err := w.Store.ServiceKeysOf(t.Context(), "ops", 10*MaxOldKeysOf); err != nil || len(all) > MaxOldKeysOf {
		t.Errorf("%d keys are kept (%v)", len(all), err)
	}
}
