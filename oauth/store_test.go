package oauth_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/setting"
	"gatehouse/store"
)

// process opens the SQLite file at path, as one more process would.
func process(t *testing.T, path string) (*store.Store, *oauth.Service, *replica) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := newReplica(s)
	return s, &oauth.Service{Store: s, Audit: &audit.Log{Store: s}, Keeper: labels{}, Config: setting.Always(oauth.DefaultConfig()), Registry: r.Registry, Grants: noGrants{}, Administrators: nobodyAdministers{}}, r
}

func step(t *testing.T, r *replica) {
	t.Helper()
	if err := r.Step(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
}

func TestEndReachesAnotherProcessThroughTheDatabase(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "gatehouse.db")
	db, here, _ := process(t, path)
	_, other, there := process(t, path)
	if err := db.InsertUser(ctx, identity.User{ID: "usr_ada", Email: "ada@example.test", Name: "Ada", Created: time.Now(), Updated: time.Now()}); err != nil {
		t.Fatal(err)
	}
	want := web()
	want.StaticRefresh, want.AccessTokenTTL, want.Audiences = true, time.Minute, []string{"orders"}
	c, text := create(t, here, want)
	got, err := there.Client(ctx, "web")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&c, got); diff != "" {
		t.Errorf("another process reads (-want +got):\n%s", diff)
	}
	if !other.VerifySecret(got, text, time.Now()) {
		t.Error("another process refuses the secret")
	}
	now := time.Now()
	facts := oauth.TokenFacts{JTI: "j", Authorization: "aut_1", User: "usr_ada", Client: "web", Session: "ses_1", Issued: now.Truncate(time.Second)}
	family, _ := id.NewFamily()
	err = db.InsertFamily(ctx, oauth.Family{
		ID: family, Authorization: oauth.Authorization{ID: facts.Authorization, Client: "web", User: facts.User, Session: facts.Session, AuthTime: now},
		Generation: 1, CurrentHash: []byte("hash"), Created: now, RotatedAt: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := here.GiveConsent(ctx, console, facts.User, "web", []string{"openid"}); err != nil {
		t.Fatal(err)
	}
	step(t, there)
	if dead(t, there.Registry, facts) {
		t.Fatal("dead from the start")
	}
	if err := other.WithdrawConsent(ctx, console, facts.User, "web"); err != nil {
		t.Fatal(err)
	}
	_, _, late := process(t, path)
	for name, r := range map[string]*replica{"there": there, "late": late} {
		step(t, r)
		if !dead(t, r.Registry, facts) {
			t.Errorf("%s: the token outlived the consent", name)
		}
	}
	if f, standing, err := db.Family(ctx, family); err != nil || f.RevokedAt.IsZero() || standing.Consented != nil {
		t.Errorf("the family is alive: %+v, %+v, %v", f, standing, err)
	}
	if err := here.DeleteClient(ctx, console, "web"); err != nil {
		t.Fatal(err)
	}
	step(t, there)
	if _, err := there.Client(ctx, "web"); fault.CodeOf(err) != "client.not_found" {
		t.Errorf("a deleted client: %v", err)
	}
}

// A process that starts reads its revocations page by page, and knows the last
// one too.
func TestStartReadsEveryPageOfRevocations(t *testing.T) {
	t.Parallel()
	db, _, r := process(t, filepath.Join(t.TempDir(), "gatehouse.db"))
	now := time.Now()
	many := make([]oauth.Revocation, 12_345)
	for i := range many {
		many[i] = oauth.Revocation{Kind: oauth.RevokedSession, Key: fmt.Sprint("ses_", i), Before: now, Until: now.Add(time.Hour)}
	}
	if err := db.Revoke(t.Context(), many...); err != nil {
		t.Fatal(err)
	}
	step(t, r)
	for i := range many {
		if !dead(t, r.Registry, oauth.TokenFacts{Session: id.Session(fmt.Sprint("ses_", i)), Issued: now.Add(-time.Second)}) {
			t.Fatalf("number %d was not read", i)
		}
	}
}
