package store

import (
	"context"
	"database/sql"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
)

const interactionColumns = `i.id, i.browser, i.ask, i.user_id, i.chosen, i.proofs, i.consent, i.scopes, i.session_id,
    i.version, i.created_at, i.expires_at, i.finished_at`

var (
	// The client's id repeats what ask says, so that a join finds its consent.
	// Index interactions_user.
	insertInteraction = newStatement(`
INSERT INTO interactions (id, browser, client_id, ask, user_id, chosen, proofs, consent, scopes, session_id,
    finished_at, version, created_at, expires_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
WHERE (SELECT COUNT(*) FROM interactions o WHERE o.user_id = $5 AND o.expires_at > $13) < $15`)

	// Index interactions_user, walked from the oldest. What was proved completely is
	// in a session.
	dropIncomplete = newStatement(`
DELETE FROM interactions
WHERE id IN (
    SELECT id
    FROM interactions
    WHERE user_id = $1 AND session_id = '' AND finished_at IS NULL
    ORDER BY user_id, expires_at
    LIMIT $2)`)

	selectInteraction = hotStatement(`
SELECT ` + interactionColumns + `
FROM interactions i
WHERE i.id = $1`)

	updateInteraction = newStatement(`
UPDATE interactions
SET user_id = $3, chosen = $4, proofs = $5, consent = $6, scopes = $7, session_id = $8, finished_at = $9,
    version = version + 1
WHERE id = $1 AND version = $2`)
)

// atOnce is how many go to make room for one.
const atOnce = 10

// InsertInteraction stores i, unless its person has so many already that have not
// expired, and reports whether it did; several at once may pass that by their own
// number. The oldest that were never proved completely make room: a password alone
// must not keep its owner out. Conflict: it is stored already.
func (s *Store) InsertInteraction(ctx context.Context, i flow.Interaction, most int) (bool, error) {
	ok, err := s.insertInteraction(ctx, i, most)
	if err != nil || ok || i.Progress.User == "" {
		return ok, err
	}
	switch n, err := s.exec(ctx, dropIncomplete, string(i.Progress.User), int64(atOnce)); {
	case err != nil:
		return false, doing("make room for an interaction", err)
	case n == 0:
		return false, nil
	}
	return s.insertInteraction(ctx, i, most)
}

func (s *Store) insertInteraction(ctx context.Context, i flow.Interaction, most int) (bool, error) {
	ask := i.Ask
	ask.RequestedAt = ask.RequestedAt.UTC()
	args := []any{string(i.ID), i.Browser, string(ask.Client), document(ask)}
	args = append(append(args, courseArgs(i)...), int64(i.Version), micros(i.Created), micros(i.Expires), int64(most))
	ok, err := s.changed(ctx, insertInteraction, args...)
	return ok, doing("insert interaction", taken(err, "interaction.stale", "This sign-in went on in another window."))
}

// Interaction answers NotFound for one that is not there; an expired one is
// returned, so that the page can say so.
func (s *Store) Interaction(ctx context.Context, interaction id.Interaction) (i flow.Interaction, err error) {
	err = s.one(ctx, "interaction", selectInteraction, []any{string(interaction)}, func(rows *sql.Rows) error {
		return rows.Scan(interactionFields(&i)...)
	})
	return i, doing("read interaction", err)
}

// UpdateInteraction writes Progress and Finished where Version is still
// i.Version, and raises it. Conflict: somebody else was faster. NotFound: it is gone.
func (s *Store) UpdateInteraction(ctx context.Context, i flow.Interaction) error {
	ok, err := s.changed(ctx, updateInteraction, append([]any{string(i.ID), int64(i.Version)}, courseArgs(i)...)...)
	if err != nil {
		return doing("update interaction", err)
	}
	if ok {
		return nil
	}
	if _, err := s.Interaction(ctx, i.ID); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "interaction.stale", "This sign-in went on in another window.")
}

// courseArgs are the values of what changes as a sign-in goes on, from user_id to
// finished_at.
func courseArgs(i flow.Interaction) []any {
	p := i.Progress
	return []any{
		string(p.User), p.Chosen, proofs(p.Proofs), p.Consent, words(p.Scopes), string(p.Session),
		when(i.Finished),
	}
}

// interactionFields are where interactionColumns go.
func interactionFields(i *flow.Interaction) []any {
	p := &i.Progress
	return []any{
		&i.ID, &i.Browser,
		documentIn{&i.Ask},
		&p.User, &p.Chosen,
		proofsIn{&p.Proofs},
		&p.Consent,
		wordsIn{&p.Scopes},
		&p.Session, &i.Version,
		instant{&i.Created},
		instant{&i.Expires},
		instant{&i.Finished},
	}
}

var interactionsTable = table{
	statements: []*statement{
		insertInteraction, dropIncomplete, selectInteraction, updateInteraction,
	},
	brooms: []broom{ // index interactions_expires
		{"interactions", 0, sweep("interactions", "id", "expires_at <= $1")},
	},
}
