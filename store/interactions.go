package store

import (
	"context"
	"database/sql"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
)

var (
	insertInteraction = newStatement(`
INSERT INTO interactions (id, browser, ask, proof, version, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)`)

	selectInteraction = hotStatement(`
SELECT id, browser, ask, proof, version, created_at, expires_at
FROM interactions
WHERE id = $1`)

	updateInteraction = newStatement(`
UPDATE interactions
SET ask = $2, proof = $3, version = version + 1
WHERE id = $1 AND version = $4`)

	deleteInteraction = newStatement(`
DELETE FROM interactions
WHERE id = $1`)
)

// InsertInteraction stores i.
func (s *Store) InsertInteraction(ctx context.Context, i flow.Interaction) error {
	_, err := s.exec(ctx, insertInteraction, string(i.ID), i.Browser, document(utcAsk(i.Ask)), document(utcProof(i.Proof)),
		int64(i.Version), micros(i.Created), micros(i.Expires))
	return doing("insert interaction", err)
}

// Interaction answers NotFound for one that is not there; an expired one is
// returned, so that the page can say so.
func (s *Store) Interaction(ctx context.Context, interaction id.Interaction) (i flow.Interaction, err error) {
	err = s.one(ctx, "interaction", selectInteraction, []any{string(interaction)}, func(rows *sql.Rows) error {
		return rows.Scan(&i.ID, &i.Browser, documentIn{&i.Ask}, documentIn{&i.Proof}, &i.Version,
			instant{&i.Created}, instant{&i.Expires})
	})
	return i, doing("read interaction", err)
}

// UpdateInteraction writes Ask and Proof where Version is still i.Version, and
// raises it. Conflict: somebody else was faster. NotFound: it is gone.
func (s *Store) UpdateInteraction(ctx context.Context, i flow.Interaction) error {
	ok, err := s.changed(ctx, updateInteraction, string(i.ID), document(utcAsk(i.Ask)), document(utcProof(i.Proof)), int64(i.Version))
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

// DeleteInteraction reports whether this call removed it.
func (s *Store) DeleteInteraction(ctx context.Context, interaction id.Interaction) (bool, error) {
	ok, err := s.changed(ctx, deleteInteraction, string(interaction))
	return ok, doing("delete interaction", err)
}

func utcAsk(a flow.Ask) flow.Ask {
	a.RequestedAt = a.RequestedAt.UTC()
	return a
}

func utcProof(p flow.Proof) flow.Proof {
	p.PasswordAt, p.FactorAt = p.PasswordAt.UTC(), p.FactorAt.UTC()
	return p
}

var interactionsTable = table{
	statements: []*statement{
		insertInteraction, selectInteraction, updateInteraction, deleteInteraction,
	},
	brooms: []broom{ // index interactions_expires
		{"interactions", 0, sweep("interactions", "id", "expires_at <= $1")},
	},
}
