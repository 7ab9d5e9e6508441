package access

import "context"

// Store keeps policies; *store.Store does. Its parts stand with the nouns that they
// are of. Whoever reads alone, follows, or does one thing asks for that part.
type Store interface {
	transactions
	versionStore
	changeStore
	apiStore
	roleStore
	scopeStore
	grantStore
	grantUseStore
	groupStore
	orgStore
	membershipStore
	serviceAccountStore
	serviceKeyStore
	lockStore
	administratorStore

	policyReader
	lossStore
	historyStore
	keyUseStore
}

// transactions are what each change of a policy runs in.
type transactions interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// AfterCommit runs f once the transaction of ctx was kept.
	AfterCommit(ctx context.Context, f func())
}
