package store

import (
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/crowd"
	"gatehouse/oauth"
	"gatehouse/store/engine"
)

// Planned is a question with the arguments that it is planned with.
type Planned struct {
	Text string
	Args []any
	// Only one database understands the question.
	OnlyPostgres, OnlySQLite bool
	// Most is how many rows the question may look at.
	Most int
	// Sorts is why it may sort on SQLite, Walks why it may walk an index there, and
	// Whole why it may read a table without one on Postgres; empty where it may not.
	Sorts, Walks, Whole string
}

// page is what a list reads at most, and one more to know whether it ends.
const planPage = 501

// Questions returns every statement with arguments as they are in a crowd of the
// given size at now. A statement without any fails the test.
func Questions(t *testing.T, size crowd.Size, now time.Time) (all []Planned) {
	t.Helper()
	args := arguments(size, now)
	for _, b := range brooms() {
		for _, before := range []time.Time{now.Add(-b.keep), time.Unix(0, 0)} { // something is due, nothing is
			args[b.st] = append(args[b.st], []any{micros(before), int64(sliceRows)})
		}
	}
	for _, st := range statements() {
		if onlyInserts(st.Text()) {
			continue
		}
		if len(args[st]) == 0 {
			t.Errorf("nobody says with which arguments this is planned (arguments, in plans_export_test.go):\n%s", st.Text())
		}
		for _, a := range args[st] {
			most := 2 * planPage // a page, and as much again that is passed over
			if slices.ContainsFunc(leads, func(l lead) bool { return l.skip == st }) {
				most = walkMost
			}
			if n, ok := walksMore[st]; ok {
				most = n
			}
			all = append(all, Planned{st.Text(), a, st.Has(engine.OnlyPostgres), st.Has(engine.OnlySQLite), most, maySort[st], mayWalk[st], mayReadWhole[st]})
		}
	}
	return all
}

// onlyInserts reports whether a statement looks at no more than what is unique.
func onlyInserts(text string) bool {
	return strings.HasPrefix(text, "INSERT") && !strings.Contains(text, "SELECT")
}

// walksMore is how many rows the statements look at that are not about a page.
var walksMore = map[*statement]int{
	selectRevocations: 5000,    // what a process that starts reads at once
	deleteSealed:      3 * 256, // what a transaction of the sealer takes
	walkEvents:        4 * planPage,
	selectEntries:     4 * planPage,
	selectLeaves:      5001,
	selectSums:        4 * planPage,
	selectTallies:     2000, // some days
	// What one replica counts, every ten minutes.
	countUsers:    math.MaxInt,
	countSecured:  math.MaxInt,
	countSessions: math.MaxInt,
	countGrants:   math.MaxInt,
	selectEndings: 1001, // of a day, as far as the admin API counts
	// A policy is held in memory as a whole: all that counts or is told of.
	selectPolicyGrants:      math.MaxInt,
	selectPolicyMemberships: math.MaxInt,
}

// maySort says why what is sorted is little. On Postgres that is measured.
var maySort = map[*statement]string{
	trimPendingFactors:   "of the enrolments of a person the newest stay: five at most, and one more",
	selectFactorsOf:      "a person has few second factors",
	selectConsentsOf:     "a person uses few applications",
	selectSessionsOf:     "a person has 100 sessions at most; those of one moment are sorted",
	revokeOldestSessions: "a person has 100 sessions at most, and one more",
	selectSignIn:         "a person has few second factors",
	selectSignedIn:       "a person has few second factors",
	selectSignedInAs:     "a person has few second factors",
	selectSignInPerson:   "a person has few second factors",
	selectDataKeys:       "there is a data key for each purpose",
	selectKeys:           "signing keys are few",
	selectVerifications:  "twenty verifications are kept",
	dropVerifications:    "twenty verifications are kept",
	selectTopUses:        "applications are those that operators registered",
}

// mayWalk says why an index that is walked is short.
var mayWalk = map[*statement]string{
	selectPolicyMemberships: "a policy has them all",
	countUsers:              "all of it is counted, every ten minutes by one replica",
	countSecured:            "all of it is counted, every ten minutes by one replica",
	countSessions:           "all of it is counted, every ten minutes by one replica",
}

// mayReadWhole says why a table is read without an index on Postgres.
var mayReadWhole = map[*statement]string{
	countSecured: "all of it is counted, every ten minutes by one replica, and an index would only be walked to read the table behind it",
}

// arguments are realistic: what is asked for is there, among much else.
func arguments(size crowd.Size, now time.Time) map[*statement][][]any {
	at := micros(now)
	long := (100 * 24 * time.Hour).Microseconds()
	const n = 4321 // of those that live and were not ended
	user, ses, fam, client := crowd.ID("usr_", n), crowd.ID("ses_", n), crowd.ID("fam_", n), crowd.Client(1+n%size.Clients)
	bytes := func(prefix string, number int) []byte { return []byte(crowd.ID(prefix, number)) }
	token := bytes("tok_", n)
	one := func(args ...any) [][]any { return [][]any{args} }

	sixty, step := micros(now.Add(-60*24*time.Hour)), (60*24*time.Hour).Microseconds()/int64(size.Events) // of the events

	all := map[*statement][][]any{
		returnAttempt:  one(crowd.ID("att_", n), at),
		blockAttempts:  one(crowd.ID("att_", n), at),
		deleteAttempts: one(crowd.ID("att_", n)),
		selectAttempts: one(crowd.ID("att_", n)),
		selectBlocked:  one(crowd.ID("att_", n), crowd.ID("att_", n+1), "nothing", at),

		nextAction:            {{""}, {"crowd.often"}},
		recordEvent:           one("evt_1", at, "", "", "", "", "", "", "", "", "", "", "", "", "", []byte{}, []byte{}, []byte{}, "", "", []byte{}, "", "", []byte{}, []byte{}, true),
		selectUnsealed:        {{int64(math.MinInt64), "", int64(256)}, {at, "evt_1", int64(256)}},
		selectUnsealedOf:      one(at, "evt_1"),
		selectTree:            {{}},
		growTree:              one(int64(9), []byte{}, int64(8)),
		deleteSealed:          one(sixty, "", sixty+200*step, ""),
		selectCheckpoints:     {{int64(0), "", int64(planPage)}, {int64(n), "x", int64(planPage)}},
		selectCheckpointsDown: {{int64(n), "x", int64(planPage)}, {int64(math.MaxInt64), "", int64(1)}},
		selectEntries:         {{int64(math.MinInt64), []byte{}, int64(planPage)}, {int64(crowd.FirstLeaf + n), []byte("x"), int64(planPage)}},
		selectLeaves:          {{int64(crowd.FirstLeaf + n), []byte("x"), int64(crowd.FirstLeaf + n + 9000), int64(5000)}, {int64(0), []byte{}, int64(1), int64(500)}},
		selectNodes:           {{int64(8), int64(n), []byte("x"), int64(n + 256), int64(2000)}},
		selectLeavesOf:        one(crowd.ID("evt_", n)),
		selectEntry:           one(sixty+n*step, crowd.ID("evt_", n)),
		walkEvents:            {{int64(math.MinInt64), "", int64(planPage)}, {at - long, "", int64(planPage)}},
		eventsOfActor:         {{"usr_often", int64(math.MinInt64), "", int64(200)}, {user, int64(math.MinInt64), "", int64(200)}},
		eventsOfPerson:        {{"usr_often", int64(math.MinInt64), "", int64(200)}, {user, int64(math.MinInt64), "", int64(200)}},
		eraseOrigin:           one(user, sixty+n*step, crowd.ID("evt_", n), []byte{}),
		eraseDocuments:        one(user, sixty+n*step, crowd.ID("evt_", n), []byte{}),
		raiseHorizon:          one(at-int64(35*24*time.Hour/time.Microsecond), int64(crowd.FirstLeaf+6000), "evt_told"),
		dropDetails:           one(sixty+70*step, crowd.ID("evt_", 70)),
		dropEvent:             one(sixty+70*step, crowd.ID("evt_", 70)),

		updateClient:       one(append(clientArgs(oauth.Client{ID: id.Client(client)}), at, int64(0))...),
		deleteClient:       one(client),
		selectClient:       one(client),
		selectClients:      {{}},
		selectClientsNamed: one(slices.Repeat([]any{client}, severalPeople)...),
		selectClientsAfter: {{"", int64(planPage)}, {client, int64(2)}},

		insertCode: one(bytes("cod_", 1<<20), crowd.ID("atz_", n), client, user, ses, "[]", "[]", at, "aal1", "[]", "", "", "", "", at, at+1, nil, int64(10_000), at),
		selectCode: one(bytes("cod_", n)),
		claimCode:  one(bytes("cod_", n), at),

		selectConsent:    one(user, client),
		selectConsentsOf: one(user),
		selectConsentsTo: {{client, "", int64(planPage)}, {client, user, int64(planPage)}},

		addUse:         one(client, at, int64(1), int64(1), at),
		selectUse:      one(client, at),
		selectTopUses:  one(at, int64(20)),
		addRefusal:     one(client, "code", "https://app.example.test/", true, "says", at, at, int64(1)),
		forgetRefusals: one(client, int64(19)),
		selectRefusals: one(client, int64(20)),

		deleteConsent: one(user, client),

		updateGroup:      one("group", "text", int64(1)),
		updateOrg:        one("org", "text", int64(1)),
		selectGrantsByID: one(crowd.ID("gra_", n), int64(planPage)),
		deleteManaged:    one("Grant", crowd.ID("gra_", n)),
		selectManaged:    one("Grant", crowd.ID("gra_", n), int64(planPage)),
		selectIDsByEmail: one(slices.Repeat([]any{"nobody@example.test"}, severalPeople)...),
		selectEmailsByID: one(slices.Repeat([]any{user}, severalPeople)...),
		selectStandings:  one(slices.Repeat([]any{user}, severalPeople)...),

		selectDataKeys: {{}},

		selectClock: {{}},

		selectFileSize:     {{}},
		selectDatabaseSize: {{}},

		selectPassword:      one(user),
		selectHashFrom:      {{user}, {""}},
		trimPendingFactors:  {{user, int64(identity.MaxPending)}, {user, int64(0)}},
		selectPendingFactor: one(user, bytes("fap_", n)),
		selectFactorsOf:     one(user),
		selectPendingUser:   one(crowd.ID("fap_", n)),
		confirmFactor:       one(crowd.ID("fap_", n), int64(5), at, []byte{}),
		spendStep:           one(crowd.ID("fac_", n), int64(5), int64(0), at),
		deleteFactors:       one(user),
		deleteRecoveryCodes: one(crowd.ID("usr_", n/10+1)),
		spendRecoveryCode:   one(crowd.ID("usr_", n/10+1), bytes("mac_", n)),
		countRecoveryCodes:  one(crowd.ID("usr_", n/10+1)),
		recoveryCodesMade:   one(crowd.ID("usr_", n/10+1)),

		familyOnPostgres:           one(fam),
		familyOnSQLite:             one(fam),
		familiesOnPostgres:         one([]string{fam, crowd.ID("fam_", n+1), crowd.ID("fam_", 2*n), "nothing"}),
		familiesOnSQLite:           one(`["` + fam + `","` + crowd.ID("fam_", 2*n) + `","nothing"]`),
		rotateFamily:               one(fam, client, bytes("cur_", n), bytes("new_", n), []byte("sealed"), at, at+1),
		touchFamily:                one(fam, client, bytes("cur_", n), at, at+1),
		familiesOfUser:             {{user, int64(math.MaxInt64), "", int64(planPage)}, {user, at, fam, int64(2)}},
		familiesOfClient:           {{client, int64(math.MaxInt64), "", int64(planPage)}, {client, at, fam, int64(2)}},
		endFamiliesOfAuthorization: one(at, "reason", crowd.ID("atz_", n)),
		endFamiliesOfConsent:       one(at, "reason", user, client),
		endFamiliesOfUser:          one(user, at, ses),
		endFamiliesOfClient:        one(client, at),
		endFamiliesOfAll:           one(at),
		rotateFamilies: one([]string{fam, crowd.ID("fam_", n+1)}, []string{client, client}, [][]byte{bytes("cur_", n), bytes("cur_", n+1)},
			[][]byte{bytes("new_", n), bytes("new_", n+1)}, [][]byte{[]byte("sealed"), []byte("sealed")}, []int64{at, at}, []int64{at + 1, at + 1}),

		selectInteraction: one(crowd.ID("int_", n)),
		updateInteraction: one(crowd.ID("int_", n), int64(1), user, true, "[]", "", "[]", "", at),
		insertInteraction: one(crowd.ID("int_", 1<<20), []byte("browser"), client, "{}", user, true, "[]", "", "[]", "", nil, int64(1), at, at+1, int64(1000)),

		dropIncomplete: one(user, int64(10)),

		dropOldestOfGate:  one(ses, int64(49)),
		insertGateCode:    one(at, bytes("gat_", 1<<20), ses, "app.example.test", bytes("non_", n), "/", at+1),
		redeemGateCode:    one(at, bytes("gat_", n), bytes("gat_", 1<<20), "app.example.test", bytes("non_", n)),
		selectGateSession: one(bytes("gat_", n+1), "app.example.test", at),
		deleteGateSession: one(bytes("gat_", n), "app.example.test"),

		selectKeys: {{true}, {false}},
		moveKey:    one("nothing", "retired", "", nil, nil, "signing"),

		dropRequest:         one("service:1", int64(7), crowd.ID("key_", n), at),
		answerRequest:       one("service:1", int64(7), crowd.ID("key_", n), []byte("{}"), user),
		selectRequest:       one("service:1", int64(7), crowd.ID("key_", n), at),
		selectRequestBehind: one("service:1", int64(7), int64(planPage)),
		dropRequestsOf:      one("service:none"),
		forgetAnswersAbout:  one(user, []byte{}),
		selectServiceSince:  one("ops", crowd.ID("key_", n)),
		selectClientSince:   one(client),
		selectPersonSince:   one(user),

		updateImport:           one("imp_1", "running", "{}", int64(1), int64(1), int64(0), int64(0), "", at, nil, at+long),
		selectImport:           one("imp_1"),
		lockImport:             one("imp_1"),
		selectImports:          {{int64(math.MaxInt64), "", at, int64(planPage)}, {at, "imp_1", at, int64(planPage)}},
		deleteImport:           one("imp_1"),
		forgetImportRows:       one("imp_1", int64(n), int64(n+forgottenAtOnce)),
		countOutOfImports:      one("new-7@crowd.test"),
		emptyImportRows:        one("new-7@crowd.test", "[]"),
		selectImportBehind:     one(int64(49)),
		selectNextImport:       {{}},
		putImportRow:           one("imp_1", int64(n), int64(2), "a@example.test", "[]", user),
		selectImportRowsBehind: one("imp_1", int64(n), int64(25)),
		selectImportRows:       {{"imp_1", int64(0), int64(0), int64(2), int64(planPage)}, {"imp_1", int64(2), int64(n), int64(2), int64(planPage)}, {"imp_1", int64(0), int64(0), int64(0), int64(planPage)}},

		selectVerification:        one("ver_1"),
		selectVerifications:       one(int64(20)),
		selectRunningVerification: {{}},
		updateVerification:        one("ver_1", "running", int64(1), int64(2), int64(1), false, "", nil, nil),
		dropVerifications:         one(int64(19)),

		selectTallied:     {{}},
		lockTallied:       {{}},
		moveTallied:       one(int64(1), int64(2)),
		selectSums:        {{int64(crowd.FirstLeaf), []byte{}, "signin.complete", "signin.refuse", int64(planPage)}, {int64(crowd.FirstLeaf + 4000), []byte("x"), "signin.complete", "signin.refuse", int64(2)}},
		addTally:          one(at, "signin.complete", "done", "pwd", int64(1)),
		putTally:          one(at, "count.people", "", "", int64(1)),
		selectTallies:     one(at, at+int64(24*time.Hour/time.Microsecond)),
		countUsers:        {{}},
		countSecured:      {{}},
		countSessions:     one(at),
		countGrants:       one(at, at+int64(7*24*time.Hour/time.Microsecond)),
		selectTopsOfDay:   one(at, "account"),
		selectTops:        one(at, at+int64(48*time.Hour/time.Microsecond)),
		deleteTop:         one(at, "account", user),
		deleteTopsAbout:   one("account", user),
		deleteTopsOfEvent: one(user, sixty+n*step, crowd.ID("evt_", n), at, "signin.refuse"),
		selectEndings:     one(at, at+int64(24*time.Hour/time.Microsecond), int64(1001)),

		spendMark:  one("setup", []byte("hash"), at),
		selectMark: one("setup", []byte("hash"), at),

		selectMarkOfKind: one("setup", at),
		dropMark:         one("setup", at),

		selectRevocationsAbout: {
			argsAbout((&oauth.TokenFacts{
				JTI: "jti", Authorization: "aut_1", Session: id.Session(crowd.ID("ses_", size.Sessions+n)), User: id.User(user), Client: id.Client(client), KeyID: "kid",
			}).Things()),
			argsAbout((&oauth.TokenFacts{Client: id.Client(client)}).Things()),
		},
		selectRevocations: {{int64(0), int64(5000)}, {int64(size.Revocations - 3), int64(5000)}},

		insertSession: one(crowd.ID("ses_", 1<<20), bytes("tok_", 1<<20), user, "[]", at, at, at+1, at+1, nil, "", "", "", int64(100)),

		selectSessionByToken: one(token),
		selectSession:        one(ses),
		holdSession:          one(ses),
		holdPerson:           one(user),
		holdActing:           one(ses, token, user, at),
		raiseSession:         one(ses, bytes("new_", n), "[]", at, at, at+1, ""),
		touchSession:         one(ses, at, at+1, ""),
		revokeSession:        {{at, "reason", ses, "", ""}, {at, "reason", ses, user, crowd.ID("ses_", 1)}},
		revokeSessionsOf:     one(at, "reason", user, ""),
		revokeOldestSessions: {{at, "reason", user, int64(100)}, {at, "reason", user, int64(1)}},
		selectSessionsOf:     one(user, at, int64(1000)),
		selectLiveSessions: {
			{int64(math.MaxInt64), "", at, int64(planPage), int64(math.MinInt64)},
			{micros(now.Add(-24*time.Hour)) + int64(size.Sessions/2), ses, at, int64(100), int64(math.MinInt64)},
		},
		selectOldestLiveSessions: {
			{int64(math.MinInt64), "", at, int64(planPage), int64(math.MaxInt64)},
			{micros(now.Add(-24*time.Hour)) + int64(size.Sessions/2), ses, at, int64(100), int64(math.MaxInt64)},
		},

		selectSignIn: {
			{crowd.ID("int_", n), at, token, ""}, {crowd.ID("int_", n), at, []byte{}, user}, {crowd.ID("int_", n), at, []byte{}, ""},
		},
		selectSignedIn:     one(token, at, client),
		selectSignedInAs:   one(ses, at, client),
		selectSignInPerson: one(user, client),

		updateUser: one(user, "new@crowd.test", "new@crowd.test", true, "New", "new", "{}", false, at, int64(0)),
		deleteUser: one(user),
		selectUser: one(user),
		lockUser:   one(user),

		selectUserByEmail:            one(crowd.Email(n)),
		selectUsers:                  {{"", int64(planPage)}, {crowd.Email(n), int64(100)}},
		searchEmails:                 {{"m", "", "m" + lastRune, int64(planPage)}, {crowd.Email(n), crowd.Email(n), "m" + lastRune, int64(planPage)}, {crowd.Email(n), "", crowd.Email(n) + lastRune, int64(100)}},
		selectAdministered:           one(at),
		selectUsersIn:                {{"group", "group-7", "", int64(planPage)}, {"group", "group-7", user, int64(planPage)}},
		selectUsersBackwards:         {{lastRune, int64(planPage)}, {crowd.Email(n), int64(100)}},
		selectKeptOut:                {{"", int64(planPage)}, {crowd.Email(n), int64(planPage)}},
		selectKeptOutBackwards:       {{lastRune, int64(planPage)}},
		selectUsersCreated:           {{int64(math.MinInt64), "", int64(planPage)}, {at - long, user, int64(planPage)}},
		selectUsersSignedIn:          {{int64(math.MinInt64), "", int64(planPage)}, {at - long, user, int64(planPage)}},
		selectUsersSignedInBackwards: {{int64(math.MaxInt64), "", int64(planPage)}, {at - long, user, int64(planPage)}},
		selectUsersCreatedBackwards:  {{int64(math.MaxInt64), "", int64(planPage)}, {at - long, user, int64(planPage)}},

		selectServed:   {{}},
		selectFilters:  one(user),
		deleteFilter:   one("fil_7", user),
		selectSettings: {{}},
		deleteSetting:  one("session.idle"),

		selectVersions: {{}},
		nextEpoch:      one(int64(2), int64(1)),
		selectFormer:   {{}},

		updateAPI:  one(append(apiArgs(access.API{ID: "shop"}), at, int64(1))...),
		deleteAPI:  one("shop"),
		selectAPIs: {{}},

		updateRole:  one(append(roleArgs(access.Role{ID: "support"}), at, int64(1))...),
		deleteRole:  one("support"),
		selectRoles: {{}},

		updateScope:  one(append(scopeArgs(access.Scope{Name: "orders.read"}), at, int64(1))...),
		deleteScope:  one("orders.read"),
		updateRoute:  one("Route", "orders", "{}", at, int64(1)),
		deleteRoute:  one("Route", "orders"),
		selectRoutes: {{}},
		selectScopes: {{}},

		putLock:          one("role", "support", at, "r", at, ""),
		deleteLock:       one("role", "support"),
		deleteEndedLocks: one(at),
		selectLocks:      {{}},

		deleteGroup:         one("group-7"),
		selectGroups:        {{}},
		putMembership:       one("group", "group-7", "user", user, nil, nil, "", at, ""),
		deleteMembership:    one("group", "group-7", "user", user),
		deleteMembers:       one("group", "group-7"),
		deleteMembershipsOf: one("user", user),
		selectMembership:    one("group", "group-7", "user", user),
		selectMembershipsOf: one("user", user),
		selectMembersOfKind: {{"group", "group-7", "user", "", int64(planPage)}, {"group", "group-7", "user", user, int64(planPage)}},
		selectMembers:       {{"group", "group-7", "", "", int64(planPage)}, {"group", "group-7", "user", user, int64(planPage)}},
		selectMemberships:   {{"user", "", "", "", int64(planPage)}, {"user", user, "group", "group-7", int64(planPage)}, {"group", "", "", "", int64(planPage)}},

		deleteOrg:  one("acme"),
		selectOrgs: {{}},

		updateServiceAccount:  one("ops", "", false, at, int64(1)),
		deleteServiceAccount:  one("ops"),
		selectServiceAccounts: {{}},

		selectServiceKey:        one(crowd.ID("key_", n)),
		revokeServiceKey:        one(crowd.ID("key_", n), at, "console:root"),
		selectServiceKeysOf:     one("service-7", int64(100)),
		selectLivingServiceKeys: {{"", at, int64(planPage)}, {crowd.ID("key_", n), at, int64(planPage)}},
		selectPersonalTokensOf:  one(user, int64(100)),
		deleteServiceKeys:       one("service-7", at),
		deletePersonalTokens:    one(user, at),
		useServiceKey:           one(crowd.ID("key_", n), at),

		updateGrant:             one(crowd.ID("gra_", n), nil, at, "console:root", "reason", at, int64(1)),
		selectGrant:             one(crowd.ID("gra_", n)),
		selectGrantsNamed:       one(slices.Repeat([]any{crowd.ID("gra_", n)}, namedGrants)...),
		selectGrants:            {{at, "", int64(planPage)}, {at + long, crowd.ID("gra_", n), int64(planPage)}},
		selectEndedGrants:       {{at + 1, "", int64(planPage)}, {at - long, crowd.ID("gra_", n), int64(planPage)}},
		selectGrantsOf:          {{"user", user, at, "", int64(planPage)}, {"client", client, at, "", int64(planPage)}},
		selectEndedGrantsOf:     one("user", user, at+1, "", int64(planPage)),
		grantsByRole.on:         {{"role-7", at, "", int64(planPage)}, {"nothing", at, "", int64(planPage)}},
		grantsByRole.back:       {{"role-7", at + long, "~", int64(planPage)}, {"nothing", at, "~", int64(planPage)}},
		grantsByPermission.on:   {{"shop/orders:read", at, "", int64(planPage)}, {"nothing", at, "", int64(planPage)}},
		grantsByPermission.back: {{"shop/orders:read", at + long, "~", int64(planPage)}, {"nothing", at, "~", int64(planPage)}},
		grantsByOrg.on:          {{"acme", at, "", int64(planPage)}},
		grantsByOrg.back:        {{"acme", at + long, "~", int64(planPage)}},
		grantsByBeginning.on:    {{at, "", int64(planPage)}},
		grantsByBeginning.back:  {{at + long, "~", int64(planPage)}},
		selectGrantsOfKind:      {{"group", "", at, "", at - long, int64(planPage)}, {"organisation", "o", at, "", at - long, int64(planPage)}},
		selectGranteesOfRole:    {{"role-7", at, int64(planPage)}, {"nothing", at, int64(planPage)}},
		grantsByAPI.on:          {{"shop", at, "", int64(planPage)}, {"shop", at + long, crowd.ID("gra_", n), int64(planPage)}, {"nothing", at, "", int64(planPage)}},
		grantsByAPI.back:        {{"shop", at + long, "~", int64(planPage)}, {"nothing", at, "~", int64(planPage)}},
		selectConditions:        {{at, "", int64(planPage)}, {at + long, crowd.ID("gra_", n), int64(planPage)}},
		selectDenies:            {{at, "", int64(planPage)}, {at + long, crowd.ID("gra_", n), int64(planPage)}},
		selectGrantOfRole:       {{"role-7", at}, {"nothing", at}},
		selectGrantOfAPI:        {{"shop", at}, {"nothing", at}},
		selectGrantInOrg:        {{"acme", at}, {"nothing", at}},
		endGrantsOf:             one("user", user, at, "console:root", "reason"),

		selectPolicyGrants:      {{at, at}, {at - long, at}},
		selectPolicyMemberships: {{}},

		selectDisabledUsers:   {{"", int64(planPage)}, {user, int64(planPage)}},
		selectDisabledClients: {{}},
		selectUserDisabled:    one(user),
		selectClientDisabled:  one(client),
		selectServiceDisabled: one("service-7"),

		selectLosses:      {{int64(1), int64(0), int64(planPage)}, {int64(math.MaxInt64), int64(0), int64(planPage)}},
		selectChangeSince: {{at}, {at - long}},
		selectChanges:     {{int64(1), int64(0), int64(planPage)}, {int64(math.MaxInt64), int64(0), int64(planPage)}},

		endSliceOfSessions: {{at, "reason", int64(math.MinInt64), "", ses, int64(sliceOfAll)}, {at, "reason", at - long, ses, "", int64(sliceOfAll)}},
		dropInteractions:   one(at, int64(sliceOfAll)),
		dropMarks:          one(at),

		selectPasswordHashes: {{"", int64(hashPage)}, {user, int64(hashPage)}},
	}
	all[searchNames] = [][]any{
		{"m", "", "m" + lastRune, "m", "m" + lastRune, int64(planPage)},
		{"me crowd", crowd.Email(n), "m" + lastRune, "m", "m" + lastRune, int64(planPage)},
		{"me crowd", "", "me crowd" + lastRune, "me crowd", "me crowd" + lastRune, int64(100)},
	}
	all[searchWords] = [][]any{ // everybody has the word crowd
		{"m", "", "m" + lastRune, "m", "m" + lastRune, "m", int64(planPage)},
		{"crowd", user, "crowd" + lastRune, "crowd", "crowd" + lastRune, "crowd", int64(planPage)},
	}
	all[deleteWords] = one(user)
	for l, leads := range map[lead][]string{
		eventsByTime: {""}, eventsRefused: {""}, eventsByKind: {"console"}, eventsByAddress: {"192.0.2.1", "192.0.2.77"}, eventsByAction: {"crowd.often", "crowd.rare"}, eventsByActor: {"usr_often", crowd.ID("usr_", n)},
		eventsByUser: {"usr_often", crowd.ID("usr_", n)}, eventsByClient: {"often", "crowd-7"}, eventsByTarget: {"ses_often", ses},
	} {
		for _, lead := range leads {
			for _, before := range []int64{math.MaxInt64, at - (30 * 24 * time.Hour).Microseconds()} {
				all[l.times] = append(all[l.times], []any{lead, before, "", int64(math.MinInt64), "", "", "", "", "", "", "", "", "", "", "", int64(planPage)})
				all[l.find] = append(all[l.find], []any{lead, before, "", int64(math.MinInt64), "", "", "", "", "", "", "", "", "", "", "", int64(planPage)})
				all[l.skip] = append(all[l.skip], []any{lead, before, "", int64(math.MinInt64), int64(walkMost - 1)})
			}
		}
	}
	return all
}

// Explain returns SQLite's plan of a question.
func Explain(t *testing.T, s *Store, q Planned) (plan string) {
	t.Helper()
	err := s.db.Raw(t.Context(), "EXPLAIN QUERY PLAN "+q.Text, q.Args, func(rows *sql.Rows) error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		plan += detail + "\n"
		return err
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, q.Text)
	}
	return plan
}

// Fill makes s a crowd.
func Fill(t testing.TB, s *Store, size crowd.Size, now time.Time) {
	t.Helper()
	for i := range size.Clients {
		if err := s.InsertClient(t.Context(), oauth.Client{ID: id.Client(crowd.Client(i + 1)), Created: now, Updated: now}); err != nil {
			t.Fatal(err)
		}
	}
	none := "''"
	if !s.Postgres() {
		none = "x''"
	}
	prune := fmt.Sprintf("INSERT INTO audit_events SELECT name, %d, '', '', '', '', '', '', 'audit.prune', '', '', '', '', 'done', '', %s, %s FROM (SELECT 'evt_prune' AS name UNION ALL SELECT 'evt_told') two", micros(now), none, none)
	horizon := fmt.Sprintf("UPDATE audit_horizon SET at = %d, seq = %d, event = 'evt_prune'", micros(now.Add(-40*24*time.Hour)), crowd.FirstLeaf+5000)
	erase := fmt.Sprintf("INSERT INTO audit_events SELECT 'evt_erase', %d, '', '', '', '', '', '', 'audit.erase', 'user', '%[2]s', '%[2]s', '', 'done', '', %[3]s, %[3]s", micros(now), crowd.ID("usr_", 4321), none)
	waiting := "INSERT INTO audit_unsealed (at, event, leaf, mac) SELECT at, event, leaf, mac FROM audit_leaves"
	for _, text := range append(size.Statements(s.Postgres(), now), prune, horizon, erase, waiting) {
		if err := Raw(t.Context(), s, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}

// Vary makes some of the grants of a crowd others: what is found among few must be there.
func Vary(t testing.TB, s *Store) {
	t.Helper()
	for _, set := range []string{
		"effect = 'deny' WHERE created_at % 101 = 0",
		"org = 'acme' WHERE created_at % 103 = 0",
		"place = 'cel', expression = 'resource.total < 100.0' WHERE created_at % 107 = 0",
	} {
		if err := Raw(t.Context(), s, "UPDATE grants SET "+set); err != nil {
			t.Fatal(err)
		}
	}
}
