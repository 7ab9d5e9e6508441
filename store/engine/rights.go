package engine

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gatehouse/fault"
)

// refusal says in one sentence what the server has against a connection, where an
// operator can mend it.
func refusal(err error, database string) error {
	switch postgresCode(err) {
	case "28P01", "28000":
		return fault.New(fault.Invalid, "store.login",
			"The database server refuses the user or the password of store.url, or connections from this machine. Look at store.url, and at the server's pg_hba.conf.")
	case "3D000":
		name := pgx.Identifier{database}.Sanitize()
		return fault.New(fault.Invalid, "store.database", fmt.Sprintf(
			"There is no database %s on the server of store.url. Look whether the name is right, or make it: CREATE DATABASE %s ENCODING 'UTF8' TEMPLATE template0;", name, name))
	}
	return err
}

// mayCreate refuses a role that may not make tables, before anybody tries: from
// Postgres 15 on a new role may not in the schema public. It says what to grant.
func (e *postgresBackend) mayCreate(ctx context.Context) error {
	var may bool
	var role, database string
	var schema *string // none of search_path is there, or may be used
	err := e.pool.QueryRow(ctx, `
SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false), current_schema(), current_user, current_database()`).
		Scan(&may, &schema, &role, &database)
	if code := postgresCode(err); code == "42883" || code == "0A000" { // an engine that only speaks Postgres' protocol
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask for the right to make tables: %w", err)
	}
	if may {
		return nil
	}
	where := "public"
	if schema != nil {
		where = *schema
	}
	return fault.New(fault.Forbidden, "store.rights", fmt.Sprintf(
		"The role %s may not make tables in the schema %s of the database %s. Let its owner, or a superuser, run there: GRANT USAGE, CREATE ON SCHEMA %s TO %s;",
		role, where, database, pgx.Identifier{where}.Sanitize(), pgx.Identifier{role}.Sanitize()))
}

// MayMigrate refuses, with the grant that is missing, a role of Postgres that may
// not make tables. A newer version would need to.
func (d *DB) MayMigrate(ctx context.Context) error {
	if e, ok := d.backend.(*postgresBackend); ok {
		return e.mayCreate(ctx)
	}
	return nil
}
