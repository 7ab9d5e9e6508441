package locks

import (
	"net/http"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// on names the lock of a visit's address.
func on(v *guard.Visit) map[string]string {
	return map[string]string{"kind": v.R.PathValue("kind"), "locked": v.R.PathValue("locked")}
}

func read(v *guard.Visit) (lockPage, error) {
	found, err := guard.Ask[admin.One[wire.Lock]](v, "getLock", admin.Input{Path: on(v)})
	if err != nil {
		return lockPage{}, err
	}
	page := lockPage{Frame: v.Frame(), Lock: found.Body, ETag: found.ETag, Now: time.Now(), CanLift: v.Can("liftLock", on(v))}
	page.Names, err = names(v, []wire.Lock{page.Lock})
	page.Command = guard.Command("lock", "lift", flag(&page.Lock.On), page.Lock.On.ID)
	return page, err
}

// flag is how a command says what a lock is on.
func flag(t *wire.LockTarget) string { return "--" + string(t.Kind) }

// lock shows one, and asks whether to lift it.
func (d *Door) lock(v *guard.Visit) error {
	page, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

// lift gives back what the lock suspends, as the page showed it.
func (d *Door) lift(v *guard.Visit) error {
	_, err := guard.Ask[admin.Nothing](v, "liftLock", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	if err == nil || fault.Is(err, fault.NotFound) { // the form came twice, or somebody was faster
		return v.Done(path, "lift")
	}
	f := v.Frame()
	status, ok := v.Reject(&f, err)
	if !ok {
		return err
	}
	page, err := read(v)
	if fault.Is(err, fault.NotFound) {
		return v.Done(path, "lift")
	}
	if err != nil {
		return err
	}
	f.Command = page.Command
	page.Frame = f
	return v.Show(status, page)
}

// askNew shows the form, with what the link to it names.
func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("putLock", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newLock(v, v.Query("kind"), v.Query("on"), "", ""))
}

func newLock(v *guard.Visit, kind, on, last, reason string) newPage {
	if kind == "" {
		kind = string(access.LockUser)
	}
	page := newPage{Frame: v.Frame(), Kind: kind, On: on, Last: last, Reason: reason, Now: time.Now()}
	page.Command = page.same()
	return page
}

// same is the command that puts what the form holds.
func (p *newPage) same() string {
	example := "ID"
	if p.Kind == string(access.LockUser) {
		example = "ADDRESS"
	}
	return guard.Run("lock", "create").Typed(p.Kind, p.On, example).If("for", p.Last).Typed("reason", p.Reason, "WHY").String()
}

// put shows first what the lock comes to, and puts it when that was confirmed.
func (d *Door) put(v *guard.Visit) error {
	if err := v.Ready("putLock", nil); err != nil {
		return err
	}
	page := newLock(v, v.Value("kind"), strings.TrimSpace(v.Value("on")), strings.TrimSpace(v.Value("expires_at")), strings.TrimSpace(v.Value("reason")))
	target, err := page.put(v)
	if err == nil && target == nil {
		return v.Show(http.StatusOK, page)
	}
	if err == nil || guard.Repeated(err) {
		return v.Done(path, "put")
	}
	page.Sure = false
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// put returns what the lock is on once it is put, nil while it is to be looked at first.
func (p *newPage) put(v *guard.Visit) (target *wire.LockTarget, err error) {
	t := wire.LockTarget{Kind: access.LockKind(p.Kind), ID: p.On}
	if t.Kind == access.LockUser && p.On != "" {
		named, err := guard.Named(v, "on", "user", p.On)
		if err != nil {
			return nil, err
		}
		t.ID = strings.TrimPrefix(named, "user:")
	}
	until, err := guard.Lasts("expires_at", p.Last, p.Now)
	if err != nil {
		return nil, err
	}
	switch {
	case p.On == "":
		return nil, guard.Wrong("on", "is needed")
	case p.Reason == "":
		return nil, guard.Wrong("reason", "is needed")
	}
	at := map[string]string{"kind": p.Kind, "locked": t.ID}
	if v.Value("confirmed") == "" || v.Value("back") != "" {
		p.Sure, p.Until = v.Value("back") == "", until
		return nil, p.look(v, at)
	}
	_, err = guard.Ask[admin.One[wire.Lock]](v, "putLock", admin.Input{Path: at, IfMatch: v.Value("etag"), New: v.Value("etag") == "", Body: admin.LockPut{ExpiresAt: until, Reason: p.Reason}})
	if fault.Is(err, fault.NotFound) {
		err = guard.Wrong("on", "names nothing that there is")
	}
	return &t, err
}

// look finds the lock that the new one replaces, and what there is of the person.
func (p *newPage) look(v *guard.Visit, at map[string]string) error {
	if v.Can("getLock", at) {
		found, err := guard.Ask[admin.One[wire.Lock]](v, "getLock", admin.Input{Path: at})
		switch {
		case err == nil:
			p.Replaces, p.ETag = &found.Body, found.ETag
		case !fault.Is(err, fault.NotFound):
			return err
		}
	}
	user := guard.On("user", at["locked"])
	if p.Kind != string(access.LockUser) || !v.Can("listUserSessions", user) {
		return nil
	}
	found, err := guard.Ask[admin.Page[wire.Session]](v, "listUserSessions", admin.Input{Path: user})
	if fault.Is(err, fault.NotFound) {
		return guard.Wrong("on", "names nothing that there is")
	}
	if err != nil {
		return err
	}
	p.Sessions, p.Known = len(found.Body.Items), true
	return nil
}
