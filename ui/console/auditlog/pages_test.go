package auditlog

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfTheAuditLogAreWellMade(t *testing.T) {
	t.Parallel()
	f, broken, at := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	names := map[string]string{"usr_a": "a@example.com", "usr_b": "b@example.com"}
	done := wire.Event{
		ID: "evt_a", At: at, Actor: wire.Actor{Kind: audit.Person, ID: "usr_a"}, Action: "user.update", Target: &wire.Target{Kind: "user", ID: "usr_b"}, Outcome: audit.Done, IP: "192.0.2.7", Agent: "F",
		Request: "req_a", Client: "web", Before: json.RawMessage(`{"name":"A"}`), After: json.RawMessage(`{"name":"B","tags":["x","y"]}`),
	}
	refused := wire.Event{ID: "evt_b", At: at, Actor: wire.Actor{Kind: audit.Nobody}, Action: "signin.refuse", Outcome: audit.Refused, Reason: "wrong", Erased: true}
	service := wire.Event{ID: "evt_c", At: at, Actor: wire.Actor{Kind: audit.Service, ID: "ci"}, Action: "grant.create", Target: &wire.Target{Kind: "grant", ID: "gra_a"}, Outcome: audit.Done}
	of := func(g guard.Frame, asked url.Values) frame {
		return frame{Frame: g, Asked: asked, Now: at, Names: names, CanExport: true, CanVerify: true}
	}
	all := []wire.Event{done, refused, service}
	narrow := url.Values{"action": {"user."}, "outcome": {"done"}, "last": {"day"}, "cursor": {"c"}, "since": {"2026-03-01T10:00:00Z"}}
	finding := int64(7)
	bad := wire.Verdict{
		Sealed: 9, Waiting: 1, Kept: 2, Until: at, Key: "key", Findings: []wire.Finding{{Entry: &finding, Event: "evt_a", Problem: "changed"}, {Problem: "gone"}},
		Noticed: []wire.Noticed{{At: at, Event: "evt_b", Problem: "written"}}, NotProved: []string{"much"},
	}
	ended := func(state audit.VerificationState) wire.Verification {
		return wire.Verification{ID: "ver_a", State: state, By: wire.Actor{Kind: audit.Service, ID: "ci"}, Created: at, Ended: at, Runs: 1}
	}
	running := wire.Verification{ID: "ver_a", State: audit.VerificationRuns, By: wire.Actor{Kind: audit.Person, ID: "usr_a"}, Created: at, Done: 400, Total: 1000, Runs: 2}
	good, forged := ended(audit.VerificationDone), ended(audit.VerificationDone)
	good.Verdict, forged.Verdict, good.By = &wire.Verdict{Good: true, Sealed: 9, Key: "key"}, &bad, running.By
	viewtest.Crawl(t, map[string]view.Page{
		"audit log":           listPage{frame: of(f, nil), Events: all, Next: "n", Histogram: &wire.Histogram{Step: "day", Whole: true, Bars: []wire.HistogramBar{{At: at.Add(-24 * time.Hour)}, {At: at, N: 42}}}},
		"audit log, narrowed": listPage{frame: of(f, narrow), Events: all, Histogram: &wire.Histogram{Step: "hour", Whole: true, Bars: []wire.HistogramBar{{At: at.Add(-time.Hour), N: 1}, {At: at, N: 42}}}},
		"audit log, too much": listPage{frame: of(f, narrow), Events: all, Histogram: &wire.Histogram{Step: "day"}},
		"audit log, none":     listPage{frame: of(f, nil)},
		"audit log, further":  listPage{frame: of(f, nil), Next: "n"},
		"audit log, wrong":    listPage{frame: frame{Frame: broken, Refused: true, Now: at}},
		"live":                livePage{frame: of(f, narrow), Events: all},
		"live, none":          livePage{frame: of(f, nil)},
		"live, wrong":         livePage{frame: frame{Frame: broken, Refused: true, Now: at}},
		"event":               eventPage{Frame: f, Event: done, Changes: changes(&done, names), Names: names, Now: at, CanProve: true},
		"event 2":             eventPage{Frame: f, Event: refused, Now: at},
		"proof":               proofPage{Frame: f, Proof: wire.EventProof{Event: "evt_a", Index: 3, Size: 9, Key: "key"}, Text: "{}"},
		"verification":        verificationsPage{Frame: f, Now: at},
		"verification, one":   verificationsPage{Frame: f, Now: at, Names: names, List: []wire.Verification{running, good, forged, ended("stopped"), ended("interrupted"), ended("foreign")}},
		"verification, wrong": verificationsPage{Frame: broken, Now: at},
		"verifying":           verificationPage{Frame: f, Now: at, Verification: running, CanStop: true},
		"verifying, begun":    verificationPage{Frame: f, Now: at, Verification: wire.Verification{ID: "ver_a", State: audit.VerificationRuns, Created: at}},
		"verified, good":      verificationPage{Frame: f, Now: at, Verification: good, Names: names},
		"verified, bad":       verificationPage{Frame: f, Now: at, Verification: forged},
		"verified, stopped":   verificationPage{Frame: f, Now: at, Verification: ended("stopped")},
		"verified, broken":    verificationPage{Frame: f, Now: at, Verification: ended("interrupted")},
		"verified, foreign":   verificationPage{Frame: f, Now: at, Verification: ended("foreign")},
		"checkpoints":         headsPage{Frame: f, Now: at, Next: "n", Asked: url.Values{"cursor": {"c"}}, List: []wire.Checkpoint{{Size: 7, At: at}, {Size: 1234567, At: at}}},
		"checkpoints, none":   headsPage{Frame: f, Now: at},
		"consistency":         consistencyPage{Frame: f, Typed: "7", Proof: &wire.ConsistencyProof{From: 7, Size: 9, Key: "key"}, Text: "{}"},
		"consistency, asked":  consistencyPage{Frame: f},
		"consistency, wrong":  consistencyPage{Frame: broken, Typed: "x"},
		"erase":               erasePage{Frame: f},
		"erase, asked":        erasePage{Frame: f, User: "usr_a"},
		"erase, mistyped":     erasePage{Frame: f, User: "usr_a", Mistyped: true},
		"erase, wrong":        erasePage{Frame: broken, User: "usr_a"},
		"erase, done":         erasePage{Frame: f, User: "usr_a", Erased: &wire.Erased{ID: "usr_a", Events: 4}},
	})
}

func TestWhatAnEventChangedIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after string
		want          []part.Change
	}{
		"one member":        {`{"name":"A","email":"a@example.test"}`, `{"name":"B","email":"a@example.test"}`, []part.Change{{Name: "name", Before: "A", After: "B"}}},
		"made":              {``, `{"name":"B","n":7}`, []part.Change{{Name: "n", After: "7"}, {Name: "name", After: "B"}}},
		"gone":              {`{"list":["a","b"]}`, ``, []part.Change{{Name: "list", Before: "a, b"}}},
		"deeper":            {`{"claims":{"a":1}}`, `{"claims":{"a":2}}`, []part.Change{{Name: "claims", Before: `{"a":1}`, After: `{"a":2}`}}},
		"somebody":          {``, `{"subject":{"id":"usr_a","kind":"user"}}`, []part.Change{{Name: "subject", After: "ada@example.test"}}},
		"who has no name":   {``, `{"subject":{"id":"desk","kind":"group"}}`, []part.Change{{Name: "subject", After: "group desk"}}},
		"several":           {``, `{"of":[{"id":"usr_a","kind":"user"},{"id":"desk","kind":"group"}],"by":"usr_a"}`, []part.Change{{Name: "by", After: "ada@example.test"}, {Name: "of", After: "ada@example.test, group desk"}}},
		"what is more":      {``, `{"x":{"id":"usr_a","kind":"user","n":1},"y":null,"z":[]}`, []part.Change{{Name: "x", After: `{"id":"usr_a","kind":"user","n":1}`}, {Name: "y", After: "null"}}},
		"as it is called":   {`{"x":"usr_a"}`, `{"x":"ada@example.test"}`, []part.Change{{Name: "x", Before: `"usr_a"`, After: `"ada@example.test"`}}},
		"as it reads":       {`{"x":{"kind":"client","id":"web"},"y":["a, b"]}`, `{"x":"client web","y":["a","b"]}`, []part.Change{{Name: "x", Before: `{"kind":"client","id":"web"}`, After: `"client web"`}, {Name: "y", Before: `["a, b"]`, After: `["a","b"]`}}},
		"no name of a key":  {``, `{"by":"client:evil"}`, []part.Change{{Name: "by", After: "client:evil"}}},
		"but for blanks":    {`{"a": {"b": 1}}`, `{"a":{"b":1}}`, nil},
		"nothing":           {`{"a":1}`, `{"a":1}`, nil},
		"what is no object": {`[1]`, `"x"`, nil},
	} {
		if diff := cmp.Diff(c.want, changes(&wire.Event{Before: json.RawMessage(c.before), After: json.RawMessage(c.after)}, guard.Called{"usr_a": "ada@example.test", "client:evil": "root@example.test"})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
