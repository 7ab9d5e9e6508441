package settings

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/fault"
)

// shelf is a Store, a Book and a Recorder in memory. A transaction that fails leaves no
// trace of it.
type shelf struct {
	rows    map[string]Setting
	raised  int64
	events  []audit.Event
	changed int    // how often Changed was called
	broken  string // the method that fails
}

var errBroken = errors.New("the store is away")

func (s *shelf) fails(method string) error {
	if s.broken == method {
		return errBroken
	}
	return nil
}

func (s *shelf) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	rows, events := maps.Clone(s.rows), slices.Clone(s.events)
	err := f(ctx)
	if err != nil {
		s.rows, s.events = rows, events
	}
	return err
}

func (s *shelf) AfterEnd(ctx context.Context, f func(ctx context.Context)) { f(ctx) }

func (s *shelf) RaiseSettings(context.Context) (int64, error) {
	s.raised++
	return s.raised, s.fails("raise")
}

func (s *shelf) Settings(context.Context) ([]Setting, error) {
	all := slices.SortedFunc(maps.Values(s.rows), func(a, b Setting) int { return strings.Compare(a.Key, b.Key) })
	return all, s.fails("list")
}

func (s *shelf) PutSetting(_ context.Context, one Setting) error {
	s.rows[one.Key] = one
	return s.fails("put")
}

func (s *shelf) DeleteSetting(_ context.Context, key string) error {
	delete(s.rows, key)
	return s.fails("delete")
}

func (s *shelf) Record(_ context.Context, e audit.Event) error {
	s.events = append(s.events, e)
	return s.fails("record")
}

// Known, Fixed and Problem: idle, absolute and name may be changed, store is read once,
// name stands in the file, and idle must not be longer than absolute, whose default is 3.
func (s *shelf) Known(key string) (is, changes bool) {
	changes = slices.Contains([]string{"absolute", "idle", "name"}, key)
	return changes || key == "store", changes
}

func (s *shelf) Fixed(key string) (string, bool) { return "gatehouse.yaml:3", key == "name" }

func (s *shelf) Problem(all []Setting, key string) string {
	value := map[string]string{"absolute": "3", "idle": "1"}
	seen := map[string]bool{}
	for _, one := range all {
		if seen[one.Key] {
			return "is there twice"
		}
		value[one.Key], seen[one.Key] = one.Value, true
	}
	if (key == "idle" || key == "absolute") && value["idle"] > value["absolute"] {
		return "must fit"
	}
	return ""
}

func onShelf(values ...string) (*Service, *shelf) {
	s := &shelf{rows: map[string]Setting{}, raised: 40}
	for i := 0; i < len(values); i += 2 {
		s.rows[values[i]] = Setting{Key: values[i], Value: values[i+1], Rev: int64(10 + i)}
	}
	return &Service{Store: s, Audit: s, Book: s, Changed: func(context.Context) { s.changed++ }}, s
}

func (s *shelf) told() (lines []string) {
	text := func(doc json.RawMessage) string { return cmp.Or(string(doc), "-") }
	for _, e := range s.events {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", e.Actor.Kind, e.Action, e.Target, text(e.Before), text(e.After)))
	}
	return lines
}

var console = audit.Actor{Kind: audit.Console}

// Each change does what it says and no more, and tells what was there before.
func TestASettingIsSetAndUnset(t *testing.T) {
	t.Parallel()
	seen := func(rev int64) func(int64) error {
		return func(is int64) error {
			if is != rev {
				return fault.New(fault.Outdated, "request.outdated", "Another revision.")
			}
			return nil
		}
	}
	for what, c := range map[string]struct {
		stored   []string
		key, set string // nothing to set: unset
		match    func(int64) error
		code     string // of the refusal
		says     string
		rows     string
		told     []string
		same     bool // what is there stays in its revision
	}{
		"the first value":               {nil, "idle", "2", nil, "", "", "idle=2", []string{`console setting.set setting:idle - {"value":"2"}`}, false},
		"another value":                 {[]string{"idle", "1"}, "idle", "2", seen(10), "", "", "idle=2", []string{`console setting.set setting:idle {"value":"1"} {"value":"2"}`}, false},
		"the same value":                {[]string{"idle", "2"}, "idle", "2", nil, "", "", "idle=2", nil, true},
		"beside another":                {[]string{"absolute", "5"}, "idle", "4", nil, "", "", "absolute=5 idle=4", []string{`console setting.set setting:idle - {"value":"4"}`}, false},
		"one that does not fit":         {nil, "idle", "4", nil, "setting.invalid", "idle must fit.", "", nil, false},
		"of which nothing was seen":     {nil, "idle", "2", seen(None), "", "", "idle=2", []string{`console setting.set setting:idle - {"value":"2"}`}, false},
		"in another revision":           {[]string{"idle", "1"}, "idle", "2", seen(9), "request.outdated", "", "idle=1", nil, true},
		"no key":                        {nil, "idel", "2", nil, "setting.not_found", "", "", nil, false},
		"a key that is read once":       {nil, "store", "2", nil, "setting.fixed", "store is read once", "", nil, false},
		"a key of the file":             {nil, "name", "2", nil, "setting.locked", "name is set by gatehouse.yaml:3", "", nil, false},
		"unset":                         {[]string{"idle", "2"}, "idle", "unset", seen(10), "", "", "", []string{`console setting.unset setting:idle {"value":"2"} -`}, false},
		"unset in another revision":     {[]string{"idle", "2"}, "idle", "unset", seen(9), "request.outdated", "", "idle=2", nil, true},
		"unset what is not there":       {[]string{"absolute", "5"}, "idle", "unset", nil, "", "", "absolute=5", nil, true},
		"unset no key":                  {nil, "idel", "unset", nil, "setting.not_found", "", "", nil, false},
		"unset what was one once":       {[]string{"idel", "2"}, "idel", "unset", nil, "", "", "", []string{`console setting.unset setting:idel {"value":"2"} -`}, false},
		"unset a key that is read once": {nil, "store", "unset", nil, "setting.fixed", "", "", nil, false},
		"unset one that was planted":    {[]string{"store", "x"}, "store", "unset", nil, "", "", "", []string{`console setting.unset setting:store {"value":"x"} -`}, false},
		"unset one of the file":         {[]string{"name", "x"}, "name", "unset", nil, "", "", "", []string{`console setting.unset setting:name {"value":"x"} -`}, false},
		"unset what another one needs":  {[]string{"absolute", "5", "idle", "4"}, "absolute", "unset", nil, "setting.needed", "Without it idle must fit.", "absolute=5 idle=4", nil, true},
		"unset beside one that is bad":  {[]string{"absolute", "2", "idle", "4"}, "absolute", "unset", nil, "", "", "idle=4", []string{`console setting.unset setting:absolute {"value":"2"} -`}, true},
	} {
		service, s := onShelf(c.stored...)
		before := maps.Clone(s.rows)
		var err error
		var is Setting
		if c.set == "unset" {
			err = service.Unset(t.Context(), console, c.key, c.match)
		} else {
			is, err = service.Set(t.Context(), console, c.key, c.set, c.match)
		}
		code := ""
		if err != nil {
			code = fault.CodeOf(err)
		}
		if code != c.code || err != nil && !strings.Contains(err.Error()+detail(err), c.says) {
			t.Errorf("%s: got %v, want %s %q", what, err, c.code, c.says)
		}
		var rows []string
		for _, key := range slices.Sorted(maps.Keys(s.rows)) {
			one := s.rows[key]
			rows = append(rows, key+"="+one.Value)
			if was, there := before[key]; there && c.same && one != was {
				t.Errorf("%s: %+v became %+v", what, was, one)
			}
			if key == c.key && !c.same && (one.Rev != None+41 || one.Updated.IsZero()) {
				t.Errorf("%s: it is in revision %d, of %s", what, one.Rev, one.Updated)
			}
		}
		if got := strings.Join(rows, " "); got != c.rows || !slices.Equal(s.told(), c.told) {
			t.Errorf("%s: stored are %q, and told is %q", what, got, s.told())
		}
		if err == nil && c.set != "unset" && (is != s.rows[c.key]) {
			t.Errorf("%s: it says %+v, and %+v is there", what, is, s.rows[c.key])
		}
		asked := c.code == "" || c.code == "setting.invalid" || c.code == "request.outdated" || c.set == "unset"
		if (s.changed == 1) != asked {
			t.Errorf("%s: who follows was told %d times", what, s.changed)
		}
	}
}

func detail(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Detail
	}
	return ""
}

// A store that fails is an error, and nothing changed.
func TestASettingThatCannotBeStoredIsAnError(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"raise", "list", "put", "delete", "record"} {
		for _, unset := range []bool{false, true} {
			if method == "put" && unset || method == "delete" && !unset {
				continue
			}
			service, s := onShelf("idle", "1")
			s.broken = method
			var err error
			if unset {
				err = service.Unset(t.Context(), console, "idle", nil)
			} else {
				_, err = service.Set(t.Context(), console, "idle", "2", nil)
			}
			if !errors.Is(err, errBroken) || s.rows["idle"].Value != "1" || len(s.events) > 0 {
				t.Errorf("%s (unset: %t): %v, and %+v", method, unset, err, s.rows)
			}
		}
	}
	service, s := onShelf()
	s.broken = "list"
	if _, err := service.List(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("a list: %v", err)
	}
	if _, err := service.Get(t.Context(), "idle"); !errors.Is(err, errBroken) {
		t.Errorf("one: %v", err)
	}
}

func TestASettingIsTold(t *testing.T) {
	t.Parallel()
	service, s := onShelf("idle", "2", "odd", "x")
	if one, err := service.Get(t.Context(), "idle"); err != nil || one != s.rows["idle"] {
		t.Errorf("%+v (%v)", one, err)
	}
	if one, err := service.Get(t.Context(), "absolute"); err != nil || one != (Setting{Key: "absolute", Rev: None}) {
		t.Errorf("of which nothing is stored: %+v (%v)", one, err)
	}
	if _, err := service.Get(t.Context(), "odd"); fault.CodeOf(err) != "setting.not_found" {
		t.Errorf("what is no key: %v", err)
	}
	if all, err := service.List(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%+v (%v)", all, err)
	}
}
