// Package keyring is the console's area of the keys that tokens are signed with: where each is
// in its life, the next one brought in ahead of time, and the end of one that a stranger knows.
package keyring

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/setting"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listKeys", Label: func(say *words.Catalogue) string { return string(say.ConsoleKeys.Title) }}

const path = "/console/keys"

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", path+"/rotate/{algorithm}", d.askRotate)
	page("POST", path+"/rotate/{algorithm}", d.rotate)
	page("GET", path+"/revoke/{kid}", d.askRevoke)
	page("POST", path+"/revoke/{kid}", d.revoke)
}

// list shows the keys that count, and with all=yes those that are over, too.
func (d *Door) list(v *guard.Visit) error {
	p := listPage{Frame: v.Frame(), Now: time.Now(), All: v.Query("all") == "yes", CanRotate: v.Can("rotateKey", nil), CanRevoke: v.Can("revokeKey", nil)}
	var err error
	if p.Keys, p.More, err = read(v, p.All); err != nil {
		return err
	}
	if p.Every, err = every(v); err != nil {
		return err
	}
	p.Command = guard.Command("keys", "list")
	return v.Show(http.StatusOK, p)
}

// most is how many keys a page has: those that are over are kept for years.
const most = "200"

// read returns the keys of each algorithm together, in the order of their lives: that which signs, what
// comes after it, and what was before, the latest first.
func read(v *guard.Visit, all bool) (found []wire.Key, more bool, err error) {
	asked := url.Values{"limit": {most}}
	if all {
		asked.Set("all", "true")
	}
	page, err := guard.Ask[admin.Page[wire.Key]](v, "listKeys", admin.Input{Query: asked})
	if err != nil {
		return nil, false, err
	}
	found = page.Body.Items
	slices.SortStableFunc(found, func(a, b wire.Key) int {
		return cmp.Or(cmp.Compare(a.Algorithm, b.Algorithm), slices.Index(states, a.State)-slices.Index(states, b.State), b.Created.Compare(a.Created))
	})
	return found, page.Body.Next != "", nil
}

// states are those of a key, in the order in which people look for them.
var states = []keys.State{keys.Signing, keys.Announced, keys.Retiring, keys.Retired}

// every is how long a key signs, as far as the visitor may see the settings; 0: nobody says.
func every(v *guard.Visit) (time.Duration, error) {
	if !v.Can("getSetting", nil) {
		return 0, nil
	}
	found, err := guard.Ask[admin.One[wire.Setting]](v, "getSetting", admin.Input{Path: guard.On("setting", "keys.rotate")})
	if err != nil {
		return 0, err
	}
	return setting.ParseDuration(found.Body.Value)
}

func (d *Door) askRotate(v *guard.Visit) error {
	if err := v.Ready("rotateKey", nil); err != nil {
		return err
	}
	p, err := rotation(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// rotation is the page that asks how the next key comes in.
func rotation(v *guard.Visit) (rotatePage, error) {
	p := rotatePage{Frame: v.Frame(), Algorithm: v.R.PathValue("algorithm")}
	found, _, err := read(v, false)
	if err != nil {
		return p, err
	}
	var seen []string
	for _, k := range found {
		if k.Algorithm != p.Algorithm {
			continue
		}
		seen = append(seen, k.ID)
		switch k.State {
		case keys.Announced:
			p.Announced = true
		case keys.Signing:
			p.Signs = k.ID
		}
	}
	if len(seen) == 0 {
		return p, fault.Missing("key")
	}
	p.Seen = strings.Join(seen, " ")
	p.Command = guard.Command("keys", "rotate", "--alg", p.Algorithm)
	return p, nil
}

// rotate brings in the next key after those that the page showed. A form that comes twice
// finds others, and does nothing.
func (d *Door) rotate(v *guard.Visit) error {
	p, err := rotation(v)
	if err != nil {
		return err
	}
	p.Immediate = v.Value("how") == atOnce
	if p.Seen != v.Value("seen") {
		err = fault.New(fault.Conflict, "key.changed", "The keys changed since this page was shown. Look at them again.")
	} else {
		_, err = guard.Ask[admin.Page[wire.Key]](v, "rotateKey", admin.Input{Path: guard.On("algorithm", p.Algorithm), Body: admin.KeyNext{After: p.Signs, Immediate: p.Immediate}})
	}
	if err == nil {
		return v.Done(path, map[bool]string{true: "rotated", false: "announced"}[p.Immediate || p.Announced])
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}

func (d *Door) askRevoke(v *guard.Visit) error {
	if err := v.Ready("revokeKey", guard.On("kid", v.R.PathValue("kid"))); err != nil {
		return err
	}
	p, err := revocation(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// revocation is the page that asks whether to end a key.
func revocation(v *guard.Visit) (revokePage, error) {
	p := revokePage{Frame: v.Frame(), Now: time.Now()}
	found, _, err := read(v, true)
	if err != nil {
		return p, err
	}
	i := slices.IndexFunc(found, func(k wire.Key) bool { return k.ID == v.R.PathValue("kid") })
	if i < 0 {
		return p, fault.Missing("key")
	}
	p.Key = found[i]
	p.Next = slices.ContainsFunc(found, func(k wire.Key) bool { return k.Algorithm == p.Key.Algorithm && k.State == keys.Announced })
	p.Command = guard.Command("keys", "revoke", "--", p.Key.ID)
	return p, nil
}

func (d *Door) revoke(v *guard.Visit) error {
	p, err := revocation(v)
	if err != nil {
		return err
	}
	if p.Mistyped = strings.TrimSpace(v.Value("confirm")) != p.Key.ID; p.Mistyped {
		if err := v.Ready("revokeKey", guard.On("kid", p.Key.ID)); err != nil {
			return err
		}
		return v.Show(http.StatusUnprocessableEntity, p)
	}
	_, err = guard.Ask[admin.Page[wire.Key]](v, "revokeKey", admin.Input{Path: guard.On("kid", p.Key.ID)})
	if err == nil {
		return v.Done(path, "revoked")
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}
