package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gatehouse/fault"
)

// answering is who answers at the other end of a connection.
type answering struct {
	pooled bool // a pooler, such as PgBouncer
}

// whoAnswers tells a pooler by the number of the process: it greets with one of
// its own, for whichever connection it lends serves a query. In transaction mode
// that is another one each time, which knows no statement by its name, no
// listener and no lock of a session. It also refuses a database that cannot hold
// every text.
func whoAnswers(ctx context.Context, pool *pgxpool.Pool) (answering, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return answering{}, err
	}
	defer conn.Release()
	var process uint32
	var encoding, name string
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid(), current_setting('server_encoding'), current_database()", pgx.QueryExecModeExec).
		Scan(&process, &encoding, &name)
	if err != nil {
		return answering{}, fmt.Errorf("ask who answers: %w", err)
	}
	if !strings.EqualFold(strings.ReplaceAll(encoding, "-", ""), "UTF8") {
		return answering{}, fault.New(fault.Invalid, "store.encoding", fmt.Sprintf(
			"The database %s keeps text as %s, and Gatehouse needs UTF8: names would be spoilt. Make another: CREATE DATABASE %s_utf8 ENCODING 'UTF8' TEMPLATE template0", name, encoding, name))
	}
	return answering{pooled: conn.Conn().PgConn().PID() != process}, nil
}

// poolerMode makes connections ask for nothing that stays with one. Types are
// asked for once and remembered here; each statement goes in one message. Who
// says in the URL how statements are run is taken by their word.
func poolerMode(c *pgxpool.Config, url string) {
	c.AfterConnect = nil // the setting would stay with a connection that others get
	if !strings.Contains(url, "default_query_exec_mode=") {
		c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
}
