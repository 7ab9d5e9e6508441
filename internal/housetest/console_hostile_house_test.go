package housetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/saved"
)

// send asks for a change in the hostile words, and in harmless ones where a rule refuses those.
func (h *hostile) send(method, path string, body func(w written) any) gatetest.Answer {
	h.t.Helper()
	time.Sleep(time.Second) // the list of what happened has an order then
	var a gatetest.Answer
	if a = h.call(h.boss, method, path, body(h.w), "If-Match", "*"); a.Status < 300 {
		h.taken++
		return a
	}
	if a.Status == http.StatusUnprocessableEntity {
		h.refused++
		a = h.call(h.boss, method, path, body(harmless), "If-Match", "*")
	}
	if a.Status < 300 {
		return a
	}
	h.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	return a
}

// keep is send for what no operation of the API does.
func (h *hostile) keep(f func(w written) error) {
	h.t.Helper()
	time.Sleep(time.Second)
	err := f(h.w)
	if fault.Is(err, fault.Invalid) {
		h.refused++
		err = f(harmless)
	}
	must(h.t, err)
}

type fields = map[string]any

// furnish writes the words wherever something is kept that a page shows.
func (h *hostile) furnish(there map[string]string) {
	const api = "/api/v1"
	for _, who := range []string{there["user"], string(h.ada.ID)} {
		user := api + "/users/" + who
		h.send("PATCH", user, func(w written) any { return fields{"name": w.text + " n1"} })
		h.send("PATCH", user, func(w written) any {
			return fields{"claims": fields{
				"given_name": w.text + " n2", "family_name": w.text, "middle_name": w.text, "nickname": w.text, "preferred_username": w.text, "gender": w.text,
				"address":    fields{"formatted": w.text, "street_address": w.text, "locality": w.text, "region": w.text, "postal_code": w.text, "country": w.text},
				"attributes": fields{"department": w.text},
			}}
		})
		h.send("PATCH", user, func(w written) any {
			at := "https://evil.test/" + w.path
			return fields{"claims": fields{"website": at, "profile": at, "picture": at}}
		})
	}
	h.send("PATCH", api+"/users/"+there["user"], func(w written) any { return fields{"email": w.box + "@example.test"} })
	client := api + "/clients/" + there["client"]
	h.send("PATCH", client, func(w written) any { return fields{"client_name": w.text + " c1"} })
	h.send("PATCH", client, func(w written) any { return fields{"client_uri": "https://evil.test/" + w.path} })
	h.send("PATCH", client, func(w written) any {
		return fields{"claims": []string{"plan=const:" + w.word}, "roles": fields{"claim": "in", "format": "list", "prefix": ""}}
	})
	h.send("PATCH", client, func(w written) any { return fields{"scope": "openid profile email orders " + w.word} })
	h.send("PATCH", client, func(w written) any { return fields{"audiences": []string{w.word}} })
	h.send("PATCH", client, func(w written) any {
		return fields{"redirect_uris": []string{gatetest.RedirectURI, "https://evil.test/" + w.path}}
	})
	h.send("PATCH", client, func(w written) any {
		return fields{"redirect_uris": []string{gatetest.RedirectURI, "https://evil.test/?" + w.word}}
	})
	h.send("PATCH", api+"/service-accounts/target", func(w written) any { return fields{"description": w.text + " s1"} })
	h.send("POST", api+"/service-accounts/target/keys", func(w written) any { return fields{"name": w.name + " s2"} })
	h.send("POST", api+"/service-accounts/target/disable", func(w written) any { return fields{"reason": w.text + " s3"} })
	h.send("POST", api+"/users/"+there["user"]+"/personal-tokens", func(w written) any {
		return fields{"name": w.name + " t1", "expires_at": time.Now().Add(time.Hour).Format(time.RFC3339), "permissions": []string{"gatehouse/users:read"}}
	})
	for _, of := range []string{"/groups/desk", "/organisations/acme"} {
		h.send("PATCH", api+of, func(w written) any { return fields{"description": w.text + " g1"} })
		h.send("PUT", api+of+"/members/user/"+there["user"], func(w written) any { return fields{"reason": w.text + " g2"} })
	}
	h.send("PATCH", api+"/apis/target", func(w written) any {
		return fields{"permissions": []fields{{"permission": "things:read", "description": w.text + " a1"}, {"permission": "things:write", "description": w.text, "sensitive": true}}}
	})
	h.send("PATCH", api+"/scopes/target.read", func(w written) any { return fields{"description": w.text + " a2"} })
	h.granting(there)
	h.send("PUT", api+"/locks/service/target", func(w written) any { return fields{"reason": w.text + " l1"} })
	h.send("PUT", api+"/settings/brand.name", func(w written) any { return fields{"value": w.name + " b1"} })
	h.send("PUT", api+"/settings/signin.help_text", func(w written) any { return fields{"value": w.text + " b2"} })
	h.send("PUT", api+"/settings/signin.help_url", func(w written) any { return fields{"value": "https://evil.test/" + w.path} })
	h.atTheGate()
	for _, list := range slices.Sorted(maps.Keys(saved.Lists)) {
		h.keep(func(w written) error {
			_, err := h.House.Saved.Save(h.t.Context(), gatetest.Console, saved.Filter{Owner: h.ada.ID, List: list, Name: w.name + " f1", Query: map[string]string{saved.Lists[list][0]: w.text}})
			return err
		})
	}
	h.importing(there)
	h.strangers(there)
	h.Settle()
	must(h.t, sealed(h.steering))
}

// granting gives something for such a reason, and takes such a thing back.
func (h *hostile) granting(there map[string]string) {
	give := func(subject string, w written, where fields) any {
		given := fields{
			"subject": fields{"kind": "user", "id": subject}, "permission": "target/things:read",
			"reason": w.text + " r1", "ticket": w.name, "expires_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		}
		maps.Copy(given, where)
		return given
	}
	one := h.send("POST", "/api/v1/grants", func(w written) any {
		return give(there["user"], w, fields{"where": "ids", "resource_ids": []string{w.word}})
	})
	there["grant"] = one.Text("id")
	h.send("POST", "/api/v1/grants", func(w written) any {
		text, _ := json.Marshal(w.text)
		return give(there["user"], w, fields{"where": "cel", "condition": "resource.note == " + string(text)})
	})
	gone := h.send("POST", "/api/v1/grants", func(w written) any { return give(string(h.ada.ID), w, nil) })
	h.send("POST", "/api/v1/grants/"+gone.Text("id")+"/revoke", func(w written) any { return fields{"reason": w.text + " r2"} })
}

// atTheGate has routes say such things, and be asked for them.
func (h *hostile) atTheGate() {
	h.send("PUT", "/api/v1/gate/routes/target", func(w written) any {
		condition, _ := json.Marshal(w.text)
		return fields{"spec": fields{
			"match":     fields{"hosts": []string{"a.test"}, "paths": []string{"/", "/things/{id}"}, "methods": []string{"GET"}},
			"authorize": fields{"api": "target", "permission": "things:read", "condition": "request.ip != " + string(condition)}, "mode": "shadow", "upstream": "target",
			"tests": []fields{{"name": w.text + " p1", "do": "GET /", "expect": "unauthenticated"}},
		}}
	})
	h.send("PUT", "/api/v1/gate/upstreams/target", func(w written) any {
		return fields{"spec": fields{"targets": []string{"http://127.0.0.1:9"}, "identity": fields{"audience": w.word}}}
	})
}

// importing takes in people of such a file.
func (h *hostile) importing(there map[string]string) {
	a := h.send("POST", "/api/v1/imports", func(w written) any {
		var rows bytes.Buffer
		lines := json.NewEncoder(&rows)
		for _, row := range []fields{
			{"email": w.word + " i1"},
			{"email": w.box + "@import.test", "name": w.text},
			{"email": "a@import.test", w.word: 1},
			{"email": "b@import.test", "claims": fields{"attributes": fields{w.text: "x"}}},
			{"email": "c@import.test", "claims": fields{"locale": w.text}},
		} {
			must(h.t, lines.Encode(row))
		}
		return fields{"content": rows.String(), "format": "ndjson", "file": w.name + " i2", "dry_run": true}
	})
	there["import"] = a.Text("id")
}

// strangers sign in by such programs, and ask for what there is not.
func (h *hostile) strangers(there map[string]string) {
	time.Sleep(time.Second)
	_, _, err := h.House.Sessions.Create(h.t.Context(), audit.Actor{Kind: audit.Console, ID: "test", IP: "192.0.2.9", Agent: h.w.text + " u1"}, id.UserOf(there["user"]), nil)
	must(h.t, err)
	b := h.Browser()
	b.Agent = h.w.text + " u2"
	app := &gatetest.Application{Client: oauth.Client{ID: id.Client(there["client"]), RedirectURIs: []string{gatetest.RedirectURI}}}
	for _, asked := range []url.Values{
		{"redirect_uri": {"https://stranger.test/" + h.w.path}}, {"redirect_uri": {h.w.word}}, {"scope": {"openid " + h.w.word + "x"}}, {"response_type": {h.w.word}}, {"prompt": {h.w.word}},
	} {
		q := url.Values{"response_type": {"code"}, "client_id": {string(app.ID)}, "redirect_uri": {gatetest.RedirectURI}, "scope": {"openid"}, "state": {h.w.text}, "nonce": {"nonce-nonce-nonce"}}
		maps.Copy(q, asked)
		h.shown("refused "+fmt.Sprint(slices.Sorted(maps.Keys(asked)), len(q)), b.Get("/oauth2/authorize?"+q.Encode()))
	}
	must(h.t, h.House.OAuth.Notes.Flush(h.t.Context(), time.Now()))
}
