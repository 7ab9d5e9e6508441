package useraccess

import (
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// lasts are how long something may be granted for, as a form says it. "" has no end.
var lasts = []struct {
	value string
	is    time.Duration
	say   func(say *words.ConsoleAccess) string
}{
	{"10m", 10 * time.Minute, func(say *words.ConsoleAccess) string { return say.Minutes10 }},
	{"1h", time.Hour, func(say *words.ConsoleAccess) string { return say.Hour }},
	{"8h", 8 * time.Hour, func(say *words.ConsoleAccess) string { return say.Hours8 }},
	{"1d", 24 * time.Hour, func(say *words.ConsoleAccess) string { return say.Day }},
	{"7d", 7 * 24 * time.Hour, func(say *words.ConsoleAccess) string { return say.Week }},
	{"30d", 30 * 24 * time.Hour, func(say *words.ConsoleAccess) string { return say.Month }},
	{"", 0, func(say *words.ConsoleAccess) string { return say.Endless }},
}

// end is the end that a form says, zero for none.
func end(value string, now time.Time) (time.Time, error) {
	for _, l := range lasts {
		if l.value == value && l.is > 0 {
			return now.Add(l.is).UTC().Truncate(time.Second), nil
		}
	}
	if value == "" {
		return time.Time{}, nil
	}
	return time.Time{}, fault.New(fault.Malformed, "form.malformed", "The form could not be read.")
}

// askGrant shows the form, with what the link to it names.
func (d *Door) askGrant(v *guard.Visit) error {
	if err := v.Ready("createGrant", nil); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.grantPage(v.Query("role"), v.Query("permission"), v.Query("org"), "8h"))
}

func (f personFrame) grantPage(role, permission, org, last string) grantPage {
	f.Command = guard.Command("grant", "create", "--user", f.User.Email, "--role", "ROLE", "--for", "8h", "--reason", "WHY")
	return grantPage{personFrame: f, Role: role, Permission: permission, Org: org, Last: last}
}

func (d *Door) grant(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.grantPage(v.Value("role"), v.Value("permission"), v.Value("org"), v.Value("expires_at"))
	page.Reason, page.Ticket = v.Value("reason"), v.Value("ticket")
	until, err := end(page.Last, page.Now)
	if err == nil {
		_, err = guard.Ask[admin.Made[wire.Grant]](v, "createGrant", admin.Input{Body: admin.GrantCreate{
			Subject: admin.GrantSubject{Kind: string(access.User), ID: string(f.User.ID)}, Role: page.Role, Permission: page.Permission, Org: page.Org,
			ExpiresAt: until, Reason: page.Reason, Ticket: page.Ticket,
		}})
	}
	if err == nil {
		return v.Done(f.path(), "grant")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}
