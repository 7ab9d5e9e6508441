// Package settings keeps what of the configuration may be changed while Gatehouse runs:
// a row of the database for each such key that somebody set, above its default and below
// the file, variables and flags. Which keys these are, how a value is read and whether
// the whole can be used is for package config to say, by the same code that reads the
// file; package setting is how values are written.
//
// What is stored counts on every replica once it heard of it, which the follower of the
// house sees to.
package settings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// Version names the counter that every change raises.
const Version = "settings"

// None is the revision of a setting of which nothing is stored.
const None int64 = 1

// Setting is what is stored of a key.
type Setting struct {
	Key     string // its path, such as "session.idle"
	Value   string // as it would be written in the file
	Updated time.Time
	Rev     int64 // None of what is not stored; never the same for two values of one key
}

// Store keeps settings; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// AfterEnd runs f once the transaction of ctx is over, with a context without it.
	AfterEnd(ctx context.Context, f func(ctx context.Context))
	// RaiseSettings raises the counter of settings and returns it. Whoever does holds it
	// until the transaction ends: of several changes at once one is made after the other.
	RaiseSettings(ctx context.Context) (int64, error)
	// Settings returns all that is stored, in the order of the keys.
	Settings(ctx context.Context) ([]Setting, error)
	PutSetting(ctx context.Context, s Setting) error
	DeleteSetting(ctx context.Context, key string) error
}

// Book knows the keys, and what else sets them in this process.
type Book interface {
	// Known reports whether there is a key, and whether it may be changed while
	// Gatehouse runs.
	Known(key string) (is, changes bool)
	// Fixed returns the line of the file, the variable or the flag that sets the key.
	Fixed(key string) (by string, is bool)
	// Problem says what would be wrong with a key if all were stored, "" for nothing.
	Problem(all []Setting, key string) string
}

// Service reads and changes settings. All fields are needed. All methods may be called
// at once.
type Service struct {
	Store Store
	Audit audit.Recorder
	Book  Book
	// Changed reads again what is stored. It is called once the transaction of a change is
	// over, kept or not, so that a change counts for this process's next request.
	Changed func(ctx context.Context)
}

// List returns what is stored, in the order of the keys, what nobody can use too.
func (s *Service) List(ctx context.Context) ([]Setting, error) {
	all, err := s.Store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("list settings: %w", err)
	}
	return all, nil
}

// Get returns what is stored of a key, with the revision None where nothing is. NotFound
// "setting.not_found" for what is no key.
func (s *Service) Get(ctx context.Context, key string) (Setting, error) {
	if is, _ := s.Book.Known(key); !is {
		return Setting{}, fault.Missing("setting")
	}
	all, err := s.List(ctx)
	if err != nil {
		return Setting{}, err
	}
	return of(all, key), nil
}

// of returns the setting of a key.
func of(all []Setting, key string) Setting {
	if i := index(all, key); i >= 0 {
		return all[i]
	}
	return Setting{Key: key, Rev: None}
}

func index(all []Setting, key string) int {
	return slices.IndexFunc(all, func(s Setting) bool { return s.Key == key })
}

// Set stores a value. match is asked for the revision that is there, and may refuse; nil:
// whatever it is. A value that is stored already stays as it is. Faults: NotFound
// "setting.not_found"; Conflict "setting.fixed" for a key that is read once, and
// "setting.locked" where the file, a variable or a flag sets it; Invalid
// "setting.invalid" for a value with which the whole could not be used.
func (s *Service) Set(ctx context.Context, by audit.Actor, key, value string, match func(rev int64) error) (Setting, error) {
	if err := s.open(key); err != nil {
		return Setting{}, err
	}
	var is Setting
	err := s.change(ctx, key, match, func(ctx context.Context, all []Setting, was Setting, number int64) error {
		if is = was; was.Rev != None && was.Value == value {
			return nil
		}
		is = Setting{Key: key, Value: value, Updated: clock.Now(), Rev: number}
		if p := s.Book.Problem(append(without(all, key), is), key); p != "" {
			return &fault.Error{
				Kind: fault.Invalid, Code: "setting.invalid", Detail: key + " " + p + ".", Fields: []fault.Field{{Name: "value", Problem: p}},
			}
		}
		if err := s.Store.PutSetting(ctx, is); err != nil {
			return err
		}
		return s.record(ctx, by, ActionSet, was, is)
	})
	if err != nil {
		return Setting{}, fmt.Errorf("set %s: %w", key, err)
	}
	return is, nil
}

// Unset removes what is stored of a key, so that its default counts again; nothing is
// done where nothing is stored. What the file, a variable or a flag sets may be unset
// too: nothing changes by it here. match is as of Set. Faults: NotFound "setting.not_found";
// Conflict "setting.fixed" for a key that may not be changed, unless something is stored of
// it, and "setting.needed" where another key fits only beside this one.
func (s *Service) Unset(ctx context.Context, by audit.Actor, key string, match func(rev int64) error) error {
	is, changes := s.Book.Known(key)
	err := s.change(ctx, key, match, func(ctx context.Context, all []Setting, was Setting, _ int64) error {
		switch {
		case was.Rev == None && !is:
			return fault.Missing("setting")
		case was.Rev == None && !changes:
			return fixed(key)
		case was.Rev == None:
			return nil
		}
		rest := without(all, key)
		for _, other := range rest { // what fitted beside this one must fit without it
			if p := s.Book.Problem(rest, other.Key); p != "" && s.Book.Problem(all, other.Key) == "" {
				return fault.New(fault.Conflict, "setting.needed", "Without it "+other.Key+" "+p+".")
			}
		}
		if err := s.Store.DeleteSetting(ctx, key); err != nil {
			return err
		}
		return s.record(ctx, by, ActionUnset, was, Setting{})
	})
	if err != nil {
		return fmt.Errorf("unset %s: %w", key, err)
	}
	return nil
}

// open refuses keys that are not for the database.
func (s *Service) open(key string) error {
	switch is, changes := s.Book.Known(key); {
	case !is:
		return fault.Missing("setting")
	case !changes:
		return fixed(key)
	}
	if by, is := s.Book.Fixed(key); is {
		return fault.New(fault.Conflict, "setting.locked", fmt.Sprintf("%s is set by %s, which counts more than the database. Change it there, or remove it there first.", key, by))
	}
	return nil
}

func fixed(key string) error {
	return fault.New(fault.Conflict, "setting.fixed", key+" is read once, when Gatehouse starts. Change it in the file, a variable or a flag, and restart.")
}

// change runs f with what is stored, in one transaction that no other change runs beside.
func (s *Service) change(ctx context.Context, key string, match func(rev int64) error, f func(ctx context.Context, all []Setting, was Setting, number int64) error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		s.Store.AfterEnd(ctx, s.Changed)
		raised, err := s.Store.RaiseSettings(ctx)
		if err != nil {
			return err
		}
		all, err := s.Store.Settings(ctx)
		if err != nil {
			return err
		}
		was := of(all, key)
		if match != nil {
			if err := match(was.Rev); err != nil {
				return err
			}
		}
		return f(ctx, all, was, None+raised)
	})
}

func without(all []Setting, key string) []Setting {
	return slices.DeleteFunc(slices.Clone(all), func(s Setting) bool { return s.Key == key })
}
