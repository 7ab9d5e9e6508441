package pdp

import (
	"errors"
	"fmt"
	"math"
	"time"

	"gatehouse.example/verify/filter"

	"gatehouse/access"
	"gatehouse/fault"
)

// maxColumns bounds the columns that a request may name.
const maxColumns = 100

// filtered is the answer to which resources somebody may do something with.
type filtered struct {
	Filter  filter.Filter   `json:"filter"`
	SQL     *statement      `json:"sql,omitempty"`
	Context filteredContext `json:"context"`
}

// statement is a condition for WHERE, and the values of its placeholders.
type statement struct {
	Where  string `json:"where"`
	Values []any  `json:"values"`
}

// filteredContext is decisionContext of all resources at once.
type filteredContext struct {
	Until   time.Time `json:"until,omitzero"`
	At      time.Time `json:"at,omitzero"`
	ACR     string    `json:"acr_values,omitempty"` // for more of them (RFC 9470)
	MaxAge  int64     `json:"max_age,omitempty"`
	Version uint64    `json:"pv,omitempty"`
}

// filter answers for which resources an evaluation of the same request would say yes: as a
// filter, and where the request names columns as SQL too.
func (d *Door) filter(c *call) (any, error) {
	reach, err := c.Reach()
	if err != nil {
		return nil, err
	}
	q, err := c.question(entitiesOf(c.body, entities{}), reach, needs{subjectID: true, action: true})
	if err != nil {
		return nil, err
	}
	query, err := queryOf(c.body)
	if err != nil {
		return nil, err
	}
	f, err := c.Snapshot.Filter(q)
	if err != nil {
		return nil, err
	}
	d.Metrics.Decided("filter")
	answer := filtered{Filter: f.Filter, Context: filteredContext{Until: f.Until.UTC(), Version: f.Version}}
	if !q.Now.Equal(c.now) {
		answer.Context.At = q.Now.UTC()
	}
	if f.Need != (access.Requirement{}) {
		answer.Context.ACR, answer.Context.MaxAge = f.Need.Level.String(), int64(f.Need.MaxAge/time.Second)
	}
	if query != nil {
		answer.SQL, err = statementOf(f.Filter, *query)
	}
	return answer, err
}

func statementOf(f filter.Filter, q filter.Query) (*statement, error) {
	where, values, err := f.SQL(q)
	if column, ok := errors.AsType[*filter.ColumnError](err); ok {
		bad := wrong("sql.columns."+column.Attribute, column.Problem)
		bad.Code = "filter.column"
		return nil, bad
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "filter.column", "The filter cannot be written as SQL.")
	}
	if values == nil {
		values = []any{}
	}
	return &statement{where, values}, nil
}

// queryOf reads how the filter is to be written, nil where no SQL is wanted.
func queryOf(body object) (*filter.Query, error) {
	f := member("sql", partOf(body, "sql", part{}), false)
	if f.err != nil || f.object == nil {
		return nil, f.err
	}
	r := &reading{}
	q := &filter.Query{Dialect: filter.Dialect(r.text(f, "dialect", maxName, true)), Columns: map[string]filter.Column{}}
	if r.err == nil && q.Dialect != filter.SQLite && q.Dialect != filter.Postgres {
		return nil, wrong("sql.dialect", "must be sqlite or postgres")
	}
	if v, ok := f.object["first"]; ok {
		n, isNumber := v.(float64)
		if !isNumber || n < 1 || n != math.Trunc(n) || n > math.MaxUint16 {
			return nil, wrong("sql.first", "must be the number of a placeholder")
		}
		q.First = int(n)
	}
	columns := member("sql.columns", partOf(f.object, "columns", part{}), true)
	if r.err != nil || columns.err != nil {
		return nil, errors.Join(r.err, columns.err)
	}
	if len(columns.object) > maxColumns {
		return nil, wrong("sql.columns", fmt.Sprintf("are more than %d", maxColumns))
	}
	for attribute := range columns.object {
		c := member("sql.columns."+attribute, partOf(columns.object, attribute, part{}), true)
		q.Columns[attribute] = filter.Column{Name: r.text(c, "column", 2*maxName, true), Type: filter.Type(r.text(c, "type", maxName, true))}
	}
	return q, r.err
}
