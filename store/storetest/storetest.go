// Package storetest says what a store must do, as tests that run on every
// database: what comes back is what went in, what is not there is NotFound and
// never anything else, and of several callers at once exactly one wins.
package storetest

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/settings"
	"gatehouse/store"
)

// One concrete store serves every package of the house.
var (
	_ access.Store     = (*store.Store)(nil)
	_ audit.Store      = (*store.Store)(nil)
	_ audit.TrailStore = (*store.Store)(nil)
	_ audit.PruneStore = (*store.Store)(nil)
	_ flow.Store       = (*store.Store)(nil)
	_ gate.Store       = (*store.Store)(nil)
	_ identity.Store   = (*store.Store)(nil)
	_ keys.Store       = (*store.Store)(nil)
	_ oauth.Store      = (*store.Store)(nil)
	_ secret.Store     = (*store.Store)(nil)
	_ session.Store    = (*store.Store)(nil)
	_ settings.Store   = (*store.Store)(nil)
)

// racers is how many callers a race has.
const racers = 24

// Run runs the suite. open returns an empty, migrated store that is closed when
// its test ends.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for name, test := range map[string]func(t *testing.T, s *store.Store){
		"Administered":  testWhoCounts,
		"Administrator": testLastAdministrator,
		"APIs":          testAPIs,
		"AfterCommit":   testAfterCommit,
		"Attempts":      testAttempts,
		"Audit":         testAudit,
		"Changes":       testChanges,
		"ClientNotes":   testClientNotes,
		"ConsentsTo":    testConsentsToAClient,
		"Clients":       testClients,
		"Codes":         testCodes,
		"Consents":      testConsents,
		"DataKeys":      testDataKeys,
		"Epochs":        testEpochs,
		"Histories":     testHistories,
		"Factors":       testFactors,
		"Families":      testFamilies,
		"Filters":       testFilters,
		"Grants":        testGrants,
		"UserOrders":    testUserOrders,
		"UsersIn":       testUsersIn,
		"GrantsBy":      testGrantsBy,
		"Endings":       testEndings,
		"Groups":        testGroups,
		"Grounds":       testGrounds,
		"Acting":        testActing,
		"Withdrawals":   testWithdrawals,
		"HeldPeople":    testHeldPeople,
		"HeldSessions":  testHeldSessions,
		"HeldRevoking":  testHeldRevocations,
		"Holders":       testHolders,
		"Interactions":  testInteractions,
		"Unfinished":    testManyInteractions,
		"Room":          testRoomForInteractions,
		"Janitor":       testJanitor,
		"Keys":          testKeys,
		"Leases":        testLeases,
		"Locks":         testLocks,
		"LostUpdates":   testLostUpdates,
		"Many":          testMany,
		"Marks":         testMarks,
		"Migrations":    testMigrations,
		"News":          testNews,
		"Policy":        testPolicy,
		"PolicyBroken":  testPolicyThatNobodyUnderstands,
		"PolicyRaces":   testPolicyRaces,
		"RecoveryCodes": testRecoveryCodes,
		"Requests":      testRequests,
		"Revocations":   testRevocations,
		"Retention":     testAuditRetention,
		"Revisions":     testRevisions,
		"Revoking":      testRevoking,
		"Ending":        testEnding,
		"Served":        testServed,
		"Roles":         testRoles,
		"Services":      testServiceAccounts,
		"Routes":        testRoutes,
		"Scopes":        testScopes,
		"Sessions":      testSessions,
		"GateSessions":  testGateSessions,
		"Settings":      testSettings,
		"SignIns":       testSignIns,
		"Trail":         testAuditTrail,
		"Tallies":       testTallies,
		"Transactions":  testTransactions,
		"Users":         testUsers,
		"Verifications": testVerifications,
		"Views":         testViews,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// now is when the tests play.
var now = time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.UTC)

func hash() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// refused fails unless err is a fault of kind.
func refused(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got error %v, want one of kind %v", err, kind)
	}
}

func missing(t *testing.T, err error) {
	t.Helper()
	refused(t, err, fault.NotFound)
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("differs (-want +got):\n%s", diff)
	}
}

// yes and no take the answer of a method that reports whether it did something.
func yes(t *testing.T) func(did bool, err error) {
	return func(did bool, err error) {
		t.Helper()
		ok(t, err)
		if !did {
			t.Fatal("it was not done, but should be")
		}
	}
}

func no(t *testing.T) func(did bool, err error) {
	return func(did bool, err error) {
		t.Helper()
		ok(t, err)
		if did {
			t.Fatal("it was done, but should not be")
		}
	}
}

// race calls f from n goroutines at once and counts who was told yes.
func race(t *testing.T, n int, f func(i int) (bool, error)) int {
	t.Helper()
	var wg sync.WaitGroup
	start := make(chan struct{})
	won, errs := make([]bool, n), make([]error, n)
	for i := range n {
		wg.Go(func() {
			<-start
			won[i], errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	winners := 0
	for i := range n {
		ok(t, errs[i])
		if won[i] {
			winners++
		}
	}
	return winners
}

func oneWinner(t *testing.T, f func(i int) (bool, error)) {
	t.Helper()
	if n := race(t, racers, f); n != 1 {
		t.Fatalf("%d of %d concurrent callers won, want exactly 1", n, racers)
	}
}

func insertUser(t *testing.T, s *store.Store) identity.User {
	t.Helper()
	user := id.NewUser()
	u := identity.User{ID: user, Email: string(user) + "@Example.test", Name: "Ada", Created: now, Updated: now, Rev: 1}
	ok(t, s.InsertUser(t.Context(), u))
	return u
}

func insertClient(t *testing.T, s *store.Store) oauth.Client {
	t.Helper()
	c := oauth.Client{ID: id.NewClient(), Name: "App", AuthMethod: oauth.AuthNone, Created: now, Updated: now, Rev: 1}
	ok(t, s.InsertClient(t.Context(), c))
	return c
}

func byPassword(at time.Time) proof.List {
	return proof.List{{Method: proof.Password, At: at, Factor: "fac_password", Source: proof.ByPassword}}
}

func newSession(user id.User) session.Session {
	return session.Session{
		ID: id.NewSession(), TokenHash: hash(), User: user, Proofs: byPassword(now),
		Created: now, Seen: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(12 * time.Hour), IP: "192.0.2.1", Agent: "test",
	}
}

func newFamily() oauth.Family {
	family, _ := id.NewFamily()
	return oauth.Family{
		ID: family,
		Authorization: oauth.Authorization{
			ID: id.NewAuthorization(), Client: id.NewClient(), User: id.NewUser(), Session: id.NewSession(),
			Scopes: []string{"openid", "offline_access"}, Audiences: []string{"https://api.example.test"}, AuthTime: now.Add(-time.Minute),
			Level: proof.AAL2, AMR: []string{"pwd", "otp", "mfa"}, Nonce: "n", Claims: `{"id_token":{}}`,
		},
		Generation: 1, CurrentHash: hash(), Created: now, RotatedAt: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(24 * time.Hour),
	}
}

func insertFamily(t *testing.T, s *store.Store, change func(f *oauth.Family)) oauth.Family {
	t.Helper()
	f := newFamily()
	if change != nil {
		change(&f)
	}
	ok(t, s.InsertFamily(t.Context(), f))
	return f
}

func version(t *testing.T, s *store.Store, name string) int64 {
	t.Helper()
	return must[map[string]int64](t)(s.Versions(t.Context()))[name]
}

// raises fails unless f raises the counter name by one.
func raises(t *testing.T, s *store.Store, name string, f func(ctx context.Context) error) {
	t.Helper()
	before := version(t, s, name)
	ok(t, f(t.Context()))
	if after := version(t, s, name); after != before+1 {
		t.Fatalf("the version of %s went from %d to %d, want one more", name, before, after)
	}
}
