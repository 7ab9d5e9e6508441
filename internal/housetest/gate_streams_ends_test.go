package housetest

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// openStreams are streams of each kind, by how they were opened.
func openStreams(t *testing.T, s *streaming, ways map[string]func(kind string) (*heldOpen, error)) map[string]*heldOpen {
	t.Helper()
	all := map[string]*heldOpen{}
	for way, open := range ways {
		for kind := range streamtest.Kinds {
			h, err := open(kind)
			if err != nil {
				t.Fatalf("%s %s: %v", kind, way, err)
			}
			if got := h.goesOn(); got != goesOn {
				t.Fatalf("%s %s %s", kind, way, got)
			}
			all[kind+" "+way] = h
		}
	}
	return all
}

// Who takes their second factor away stays signed in, for what needs none: a stream that
// needs it ends, whatever opened it, and one that does not goes on.
func TestAStreamEndsWithTheSecondFactorThatItRestsOn(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, lastingRoutes+pageRoutes)
	s.routed(t)
	gives := func(who *gatetest.Person, need access.Requirement) {
		t.Helper()
		_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(who.ID)}, Effect: access.Allow, Where: everywhere, Requires: need,
			Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for the test",
		})
		must(t, err)
	}
	for name, c := range map[string]struct {
		need access.Requirement
		goes bool // a stream in a browser goes on
	}{
		"needs":     {access.Requirement{Level: proof.AAL2}, false},
		"needs-not": {access.Requirement{}, true},
	} {
		who := s.Person(name, gatetest.TOTP)
		gives(who, c.need)
		s.Settle()
		v := newVisitor(t, s.Gate, s.Browser())
		v.enter("https://"+gateHost+"/page/sse", who)
		app := s.App("web-"+string(who.ID), func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
		token := app.Tokens(v.Browser, who).Text("access_token")
		all := openStreams(t, s, map[string]func(kind string) (*heldOpen, error){
			"in a browser": func(kind string) (*heldOpen, error) {
				return holds(t, s.listeningGate, kind, "/page", ofPageWith(v.cookie(gateHost)))
			},
			"by a token": func(kind string) (*heldOpen, error) { return kindsOfStreams[kind](t, s.listeningGate, "/shop", token) },
		})
		// Tokens tell their time to the second: one of this second may come of a sign-in behind.
		<-time.After(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
		sid, _ := gatetest.Claims(token)["sid"].(string)
		must(t, s.House.Identity.RemoveFactors(t.Context(), audit.Actor{Kind: audit.Person, ID: string(who.ID), Session: id.Session(sid)}, who.ID, id.Session(sid)))
		for kind := range streamtest.Kinds {
			if got := all[kind+" by a token"].over(t).outcome(); got != isRefused {
				t.Errorf("%s: %s by a token %s", name, kind, got)
			}
			page, want := all[kind+" in a browser"], goesOn
			if !c.goes {
				page.over(t)
				want = isRefused
			}
			if got := page.goesOn(); got != want {
				t.Errorf("%s: %s in a browser %s", name, kind, got)
			}
		}
	}
}

// A key and a personal token that are for so long end then, and what they opened with them.
func TestAStreamEndsWithTheKeyThatOpenedIt(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	read := access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	ends := time.Now().Add(3 * time.Second).Truncate(time.Millisecond)
	_, personal, err := s.House.Access.CreatePersonalToken(t.Context(), gatetest.Console, access.KeyRecord{
		User: s.ada.ID, Name: "laptop", Permissions: []access.Pattern{read}, ExpiresAt: ends,
	})
	must(t, err)
	_, err = s.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "ops"}})
	must(t, err)
	_, err = s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "ops"}, Effect: access.Allow, Where: everywhere, Permission: read, Reason: "for the test",
	})
	must(t, err)
	_, key, err := s.House.Access.CreateServiceKey(t.Context(), gatetest.Console, access.KeyRecord{Owner: "ops", Name: "short", ExpiresAt: ends})
	must(t, err)
	s.Settle()
	for what, credential := range map[string]string{"a personal token": personal, "a key": key} {
		for kind, open := range kindsOfStreams {
			h, err := open(t, s.listeningGate, "/shop", credential)
			if errors.Is(err, errRefusedAtTheDoor{Status: http.StatusUnauthorized}) && time.Now().After(ends) {
				continue // on a machine that is this slow
			}
			if err != nil {
				t.Fatalf("%s by %s: %v", kind, what, err)
			}
			if got := h.over(t).outcome(); got != isRefused || h.At.Before(ends) {
				t.Errorf("%s by %s %s, %s after its end", kind, what, got, h.At.Sub(ends))
			}
		}
	}
}
