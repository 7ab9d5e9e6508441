package gate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// VersionRoutes is the counter of the routes that the store keeps.
const VersionRoutes = "routes"

// Store keeps routes where no files are their source; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// RaiseRoutes raises VersionRoutes, holds it until the transaction ends, and returns it.
	RaiseRoutes(ctx context.Context) (int64, error)
	// Routes returns all objects, in no order.
	Routes(ctx context.Context) ([]Record, error)
	// InsertRoute answers Conflict "gate.exists", UpdateRoute ErrChanged where the revision
	// is not any more the one of r, DeleteRoute NotFound.
	InsertRoute(ctx context.Context, r Record) error
	UpdateRoute(ctx context.Context, r Record) error
	DeleteRoute(ctx context.Context, kind, name string) error
}

// Service changes the routes that the store keeps. A change is made only if all routes
// together can be used, and pass their tests.
type Service struct {
	Store Store
	Audit audit.Recorder
	// Compiler has the reach of upstreams that are not in files.
	Compiler Compiler
	// InFiles says that files are the source of routes: then nothing can be changed here.
	InFiles bool
	// Try runs the tests of a set by the policy of now; see proxy.Try.
	Try func(ctx context.Context, s *Set) error
	// Later leaves it to Check whether all can be used together: over a draft, in which
	// many objects are changed one after the other.
	Later bool
}

// Codes of the service.
const (
	CodeInFiles  = "gate.routes_in_files"
	codeNotFound = "gate.not_found"
)

// ErrInFiles is the answer to who would change routes that are in files: Conflict
// CodeInFiles.
func ErrInFiles() error {
	return fault.New(fault.Conflict, CodeInFiles, "The routes of this gate are in files (gate.routes), and change there.")
}

// ErrChanged is the answer to who changes an object of a kind that is not any more as they
// saw it: Conflict "gate.changed".
func ErrChanged(kind string) error {
	return fault.New(fault.Conflict, "gate.changed", "Somebody else changed this "+strings.ToLower(kind)+" of the gate meanwhile. Look at it again.")
}

// ErrExists is the answer to who would create what there is: Conflict "gate.exists".
func ErrExists() error {
	return fault.New(fault.Conflict, "gate.exists", "The gate has one of this kind with this id already.")
}

// Bounds of what the store keeps.
const (
	MaxObjects  = 2000
	maxSpecSize = 64 << 10 // in JSON
)

// List returns all objects of a kind, in the order of their ids; "" for all kinds.
func (s *Service) List(ctx context.Context, kind string) ([]Record, error) {
	all, err := s.Store.Routes(ctx)
	if err != nil {
		return nil, fmt.Errorf("list routes: %w", err)
	}
	if kind != "" {
		all = slices.DeleteFunc(all, func(r Record) bool { return r.Kind() != kind })
	}
	sortRecords(all)
	return all, nil
}

func sortRecords(all []Record) {
	slices.SortFunc(all, func(a, b Record) int {
		return cmp.Or(-cmp.Compare(a.Kind(), b.Kind()), cmp.Compare(a.ID, b.ID)) // upstreams come before routes, and these before edges
	})
}

// Get returns one of them; NotFound "gate.not_found".
func (s *Service) Get(ctx context.Context, kind, name string) (Record, error) {
	all, err := s.List(ctx, kind)
	if err != nil {
		return Record{}, err
	}
	return one(all, kind, name)
}

func one(all []Record, kind, name string) (Record, error) {
	i := slices.IndexFunc(all, func(r Record) bool { return r.Kind() == kind && r.ID == name })
	if i < 0 {
		return Record{}, fault.New(fault.NotFound, codeNotFound, "There is no such "+strings.ToLower(kind)+" of the gate.")
	}
	return all[i], nil
}

// Create adds an object. Faults: Conflict "gate.exists", CodeInFiles, and Invalid
// CodeRoutes or CodeTests, whose fields are those of the object; Conflict "gate.full".
func (s *Service) Create(ctx context.Context, by audit.Actor, o Object) (Record, error) {
	return s.CreateLooked(ctx, by, o, nil)
}

// Looked is what Look found.
type Looked struct {
	before []Record // all objects
	err    error    // why the one could not be added to them
}

// Look looks whether Create could add an object, which takes a while with many routes. Whoever
// creates it within a transaction of their own does so before that.
func (s *Service) Look(ctx context.Context, o Object) *Looked {
	found := &Looked{}
	if found.err = s.takes(o); found.err == nil {
		found.before, found.err = s.tried(ctx, o, change{next: adding(Record{Object: o})})
	}
	return found
}

// CreateLooked is Create by what Look found of o, nil if nobody looked. It looks itself where
// somebody changed routes since.
func (s *Service) CreateLooked(ctx context.Context, by audit.Actor, o Object, found *Looked) (Record, error) {
	r := Record{Object: o, Created: clock.Now(), Rev: 1}
	r.Updated = r.Created
	return r, s.alter(ctx, "create a route", o, change{
		next:  adding(r),
		found: found,
		write: func(ctx context.Context) error {
			if err := s.Store.InsertRoute(ctx, r); err != nil {
				return err
			}
			return s.record(ctx, by, ActionRouteCreate, o, nil, o.Spec())
		},
	})
}

// adding returns what all objects come to with another one.
func adding(r Record) func(all []Record) ([]Record, error) {
	return func(all []Record) ([]Record, error) {
		if slices.ContainsFunc(all, r.isIt) {
			return nil, ErrExists()
		}
		if len(all) >= MaxObjects {
			return nil, fault.New(fault.Conflict, "gate.full", fmt.Sprintf("There are %d routes, upstreams and edges already.", MaxObjects))
		}
		return append(all, r), nil
	}
}

// Update replaces what an object says. Rev is the revision that its writer saw, 0 for any.
// Faults: as Create, NotFound, and ErrChanged.
func (s *Service) Update(ctx context.Context, by audit.Actor, o Object, rev int64) (r Record, err error) {
	var was Record
	err = s.alter(ctx, "update a route", o, change{
		next: func(all []Record) (_ []Record, err error) {
			if was, err = seen(all, o.Kind(), o.ID, rev); err != nil {
				return nil, err
			}
			r = Record{Object: o, Created: was.Created, Updated: clock.Now(), Rev: was.Rev + 1}
			return append(without(all, o.Kind(), o.ID), r), nil
		},
		write: func(ctx context.Context) error {
			row := r
			row.Rev = was.Rev
			if err := s.Store.UpdateRoute(ctx, row); err != nil {
				return err
			}
			return s.record(ctx, by, ActionRouteUpdate, o, was.Spec(), o.Spec())
		},
	})
	return r, err
}

// Delete removes an object that nothing else needs. Rev is as of Update. Faults: NotFound,
// ErrChanged, and Conflict "gate.in_use" and CodeInFiles.
func (s *Service) Delete(ctx context.Context, by audit.Actor, kind, name string, rev int64) error {
	var was Record
	return s.alter(ctx, "delete a route", Object{}, change{
		next: func(all []Record) (_ []Record, err error) {
			if was, err = seen(all, kind, name, rev); err != nil {
				return nil, err
			}
			return without(all, kind, name), nil
		},
		write: func(ctx context.Context) error {
			if err := s.Store.DeleteRoute(ctx, kind, name); err != nil {
				return err
			}
			return s.record(ctx, by, ActionRouteDelete, was.Object, was.Spec(), nil)
		},
	})
}

// seen is one of all, which is still as whoever changes it saw it; rev 0: as whoever saw it.
func seen(all []Record, kind, name string, rev int64) (Record, error) {
	was, err := one(all, kind, name)
	if err == nil && rev != 0 && rev != was.Rev {
		err = ErrChanged(kind)
	}
	return was, err
}

func without(all []Record, kind, name string) []Record {
	return slices.DeleteFunc(slices.Clone(all), func(r Record) bool { return r.Kind() == kind && r.ID == name })
}

func (s *Service) record(ctx context.Context, by audit.Actor, action audit.Action, o Object, before, after any) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: audited[o.Kind()], ID: o.ID}}
	if before != nil {
		e.Before = audit.Doc(before)
	}
	if after != nil {
		e.After = audit.Doc(after)
	}
	return s.Audit.Record(ctx, e)
}

// change is one that somebody wants made.
type change struct {
	// next returns what all objects come to by it, with what is changed at the end. It may be
	// asked several times, and changes nothing.
	next func(all []Record) ([]Record, error)
	// write makes it, after next.
	write func(ctx context.Context) error
	// found is what somebody found who looked already; nil: nobody did.
	found *Looked
}

// attempts bounds how often a change is tried again because somebody else changed routes
// meanwhile.
const attempts = 4

// errOvertaken is that somebody else changed routes since they were looked at.
var errOvertaken = errors.New("somebody else changed the routes meanwhile")

// alter makes a change as the only one that changes routes meanwhile, if what they come to can be
// used. Whether it can is looked at before, since with many routes that takes a while, in which
// nobody else could write anything.
func (s *Service) alter(ctx context.Context, doing string, changed Object, c change) error {
	if err := s.takes(changed); err != nil {
		return err
	}
	err := s.attempt(ctx, changed, c)
	for n := 1; n < attempts && errors.Is(err, errOvertaken); n++ {
		c.found = nil
		err = s.attempt(ctx, changed, c)
	}
	if errors.Is(err, errOvertaken) {
		err = &fault.Error{Kind: fault.Conflict, Code: "gate.changed", Detail: "Others change routes of the gate all the time. Try again.", Err: err}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func (s *Service) attempt(ctx context.Context, changed Object, c change) error {
	before, err := s.tried(ctx, changed, c)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Store.RaiseRoutes(ctx); err != nil {
			return err
		}
		all, err := s.List(ctx, "")
		if err != nil {
			return err
		}
		if !s.Later && !slices.EqualFunc(before, all, Record.same) {
			return errOvertaken
		}
		if _, err = c.next(all); err != nil {
			return err
		}
		return c.write(ctx)
	})
}

// tried returns all objects as they are, which can be used with the change. Over a draft nobody
// looks.
func (s *Service) tried(ctx context.Context, changed Object, c change) ([]Record, error) {
	if s.Later {
		return nil, nil
	}
	if c.found != nil {
		return c.found.before, c.found.err
	}
	before, err := s.List(ctx, "")
	if err != nil {
		return nil, err
	}
	all, err := c.next(slices.Clone(before))
	if err != nil {
		return nil, err
	}
	return before, s.ofOne(s.check(ctx, all), all, changed)
}

// same reports whether two are one object that nobody changed. One that was made anew has another
// moment of creation.
func (r Record) same(other Record) bool {
	return r.Kind() == other.Kind() && r.ID == other.ID && r.Rev == other.Rev && r.Created.Equal(other.Created)
}

// takes reports whether objects can be changed here, and this one is none too long.
func (s *Service) takes(o Object) error {
	if s.InFiles {
		return ErrInFiles()
	}
	return bounded(o)
}

// bounded refuses what is too long to be kept, before anything of it is looked at.
func bounded(o Object) error {
	if n := len(documentOf(&o)); n > maxSpecSize {
		return &fault.Error{Kind: fault.Invalid, Code: CodeRoutes, Detail: "This is too long.", Fields: []fault.Field{{Name: "spec", Problem: fmt.Sprintf("has %d bytes, and %d are the bound", n, maxSpecSize)}}}
	}
	return nil
}

// With returns all objects with one as o says, in the place of what is called so or beside the
// others, if they can be used together and pass their tests. Nothing is changed. Faults: as Create.
func (s *Service) With(ctx context.Context, o Object) (*Set, error) {
	if err := s.takes(o); err != nil {
		return nil, err
	}
	all, err := s.List(ctx, "")
	if err != nil {
		return nil, err
	}
	all = append(without(all, o.Kind(), o.ID), Record{Object: o})
	set, err := s.compiled(ctx, all)
	return set, s.ofOne(err, all, o)
}

// Check reports whether all objects can be used together, and pass their tests. What is
// wrong is as of Compile, of the objects in the order of List.
func (s *Service) Check(ctx context.Context) error {
	all, err := s.List(ctx, "")
	if err != nil {
		return err
	}
	return s.check(ctx, all)
}

func (s *Service) check(ctx context.Context, all []Record) error {
	_, err := s.compiled(ctx, all)
	return err
}

// compiled is the set of objects whose tests hold.
func (s *Service) compiled(ctx context.Context, all []Record) (*Set, error) {
	objects := make([]Object, len(all))
	for i := range all {
		objects[i] = all[i].Object
	}
	set, err := s.Compiler.Compile(objects)
	if err != nil || set.Tests() == 0 {
		return set, err
	}
	return set, s.Try(ctx, set)
}

// ofOne turns what is wrong with all objects into what is wrong with the one that was
// changed, the last of them. That it breaks another one is a Conflict.
func (s *Service) ofOne(err error, all []Record, changed Object) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	var fields []fault.Field
	for _, one := range f.Fields {
		if n, name, ok := fault.InObject(one.Name); ok && n == len(all)-1 && changed.Kind() != "" {
			fields = append(fields, fault.Field{Name: name, Problem: one.Problem})
		}
	}
	if len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Code: f.Code, Detail: f.Detail, Fields: fields}
	}
	what := f.Fields[0].Problem
	if n, _, ok := fault.InObject(f.Fields[0].Name); ok && n < len(all) {
		what = fmt.Sprintf("%s %s: %s", strings.ToLower(all[n].Kind()), all[n].ID, what)
	}
	return fault.New(fault.Conflict, "gate.in_use", "Another one could not be used any more: "+what+".")
}
