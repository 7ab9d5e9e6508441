package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// writeConn is SQLite's write connection with its prepared statements. Nothing
// here takes a context that can be cancelled: an interrupted write would undo
// the whole group.
type writeConn struct {
	conn     *sql.Conn
	set      *set
	prepared []*sql.Stmt          // by statement number
	texts    map[string]*sql.Stmt // BEGIN, COMMIT, and the savepoints
}

// exec implements querier.
func (c *writeConn) exec(_ context.Context, st *Statement, args []any) (int64, error) {
	p, err := c.kept(st)
	if err != nil {
		return 0, err
	}
	result, err := p.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query implements querier. The caller closes the rows before the next
// statement: a prepared statement cannot run while its rows are open.
func (c *writeConn) query(_ context.Context, st *Statement, args []any) (*sql.Rows, error) {
	p, err := c.kept(st)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(context.Background(), args...)
}

func (c *writeConn) kept(st *Statement) (*sql.Stmt, error) {
	n, err := c.set.number(st)
	if err != nil {
		return nil, err
	}
	if p := c.prepared[n]; p != nil {
		return p, nil
	}
	p, err := c.conn.PrepareContext(context.Background(), st.sqlite)
	if err != nil {
		return nil, err
	}
	c.prepared[n] = p
	return p, nil
}

// run runs a statement that moves the transaction.
func (c *writeConn) run(text string) error {
	p := c.texts[text]
	if p == nil {
		var err error
		if p, err = c.conn.PrepareContext(context.Background(), text); err != nil {
			return err
		}
		c.texts[text] = p
	}
	_, err := p.ExecContext(context.Background())
	return err
}

func (c *writeConn) close() error {
	c.forget()
	return c.conn.Close()
}

// discard rolls back whatever is open and closes the connection for good
// rather than handing it back to the pool.
func (c *writeConn) discard() error {
	_, rollback := c.conn.ExecContext(context.Background(), "ROLLBACK")
	c.forget()
	err := c.conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return rollback
	}
	return errors.Join(rollback, err)
}

func (c *writeConn) forget() {
	for _, p := range c.prepared {
		if p != nil {
			p.Close()
		}
	}
	for _, p := range c.texts {
		p.Close()
	}
}
