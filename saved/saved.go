// Package saved keeps filters of lists under the names that people give them: each has their own,
// and sees nobody else's. A filter is the name of a list with values for parameters that this list
// has, never an address: it leads to that list alone, and narrows what its reader may see anyhow.
// What a list of the console takes stands here (Lists); what the values mean is for the list to
// say, each time it is asked.
package saved

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Filter is one of somebody's filters.
type Filter struct {
	ID      id.Filter
	Owner   id.User
	List    string            // one of Lists
	Name    string            // unlike those of the owner's others of that list
	Query   map[string]string // by the names of parameters
	Created time.Time
}

// Lists are the lists of which filters are kept, by their paths below that of the console, with the
// parameters that each takes besides the place in it.
var Lists = map[string][]string{
	"apis":             {"search"},
	"applications":     {"search", "state", "kind", "sort"},
	"audit":            {"action", "actor", "resource", "outcome", "reason", "ip", "client", "last", "since", "until"},
	"edges":            {"search"},
	"grants":           {"state", "subject", "role", "permission", "org", "by", "source", "day"},
	"groups":           {"search"},
	"locks":            {"kind"},
	"organisations":    {"search"},
	"permissions":      {"search", "api"},
	"roles":            {"search", "sort"},
	"routes":           {"search"},
	"service-accounts": {"search"},
	"sessions":         {"begun", "sort"},
	"upstreams":        {"search"},
	"users":            {"search", "state", "second_factor", "has_password", "import", "seen", "sort"},
}

// Bounds of what somebody keeps.
const (
	MaxFilters = 50   // of one person
	maxName    = 64   // characters
	maxQuery   = 2000 // bytes, as an address has them
)

// Store keeps filters; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// Filters returns those of somebody, by their lists and names.
	Filters(ctx context.Context, owner id.User) ([]Filter, error)
	// InsertFilter answers Conflict "filter.exists" where the owner has one of that name and list.
	InsertFilter(ctx context.Context, f Filter) error
	// DeleteFilter answers NotFound for what is not there, or somebody else's.
	DeleteFilter(ctx context.Context, owner id.User, filter id.Filter) error
}

// Service keeps filters. All fields are needed.
type Service struct {
	Store Store
	Audit audit.Recorder
}

// All returns somebody's filters, by their lists and names.
func (s *Service) All(ctx context.Context, owner id.User) ([]Filter, error) {
	all, err := s.Store.Filters(ctx, owner)
	if err != nil {
		return nil, fmt.Errorf("list filters: %w", err)
	}
	return all, nil
}

// Save keeps a filter of f.Owner, who is the actor. Faults: Invalid "filter.invalid", Conflict
// "filter.exists" and "filter.full".
func (s *Service) Save(ctx context.Context, by audit.Actor, f Filter) (Filter, error) {
	f.Name = strings.TrimSpace(f.Name)
	if err := f.valid(); err != nil {
		return f, err
	}
	f.ID, f.Created = id.NewFilter(), clock.Now()
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Store.Filters(ctx, f.Owner)
		if err != nil {
			return err
		}
		if len(all) >= MaxFilters {
			return fault.New(fault.Conflict, "filter.full", fmt.Sprintf("You have %d filters already. Delete one first.", MaxFilters))
		}
		if err := s.Store.InsertFilter(ctx, f); err != nil {
			return err
		}
		return s.record(ctx, by, ActionSave, f.ID, f.List)
	})
	if err != nil {
		return f, fmt.Errorf("save a filter: %w", err)
	}
	return f, nil
}

// Delete removes a filter of somebody. NotFound "filter.not_found" where they have none of that id.
func (s *Service) Delete(ctx context.Context, by audit.Actor, owner id.User, filter id.Filter) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.DeleteFilter(ctx, owner, filter); err != nil {
			return err
		}
		return s.record(ctx, by, ActionDelete, filter, "")
	})
	if err != nil {
		return fmt.Errorf("delete a filter: %w", err)
	}
	return nil
}

// valid says what is wrong with a filter.
func (f *Filter) valid() error {
	var bad []fault.Field
	takes, known := Lists[f.List]
	if !known {
		bad = append(bad, fault.Field{Name: "list", Problem: "is no list of which filters are kept"})
	}
	if n := utf8.RuneCountInString(f.Name); n == 0 || n > maxName || strings.ContainsFunc(f.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		bad = append(bad, fault.Field{Name: "name", Problem: fmt.Sprintf("must be a line of up to %d characters", maxName)})
	}
	for _, name := range slices.Sorted(maps.Keys(f.Query)) {
		switch value := f.Query[name]; {
		case known && !slices.Contains(takes, name):
			bad = append(bad, fault.Field{Name: "query." + name, Problem: "is nothing by which this list is narrowed"})
		case value == "" || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
			bad = append(bad, fault.Field{Name: "query." + name, Problem: "must be a line of text"})
		}
	}
	switch n := len(f.Encoded()); {
	case len(f.Query) == 0:
		bad = append(bad, fault.Field{Name: "query", Problem: "narrows nothing"})
	case n > maxQuery:
		bad = append(bad, fault.Field{Name: "query", Problem: fmt.Sprintf("is longer than %d bytes", maxQuery)})
	}
	if len(bad) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "filter.invalid", Detail: "The filter cannot be kept.", Fields: bad}
}

// Encoded is the query as an address has it.
func (f *Filter) Encoded() string {
	q := url.Values{}
	for name, value := range f.Query {
		q.Set(name, value)
	}
	return q.Encode()
}

// Decoded reads what Encoded wrote. What cannot be read narrows nothing.
func Decoded(text string) map[string]string {
	all := map[string]string{}
	q, _ := url.ParseQuery(text)
	for name := range q {
		all[name] = q.Get(name)
	}
	return all
}
