package admin

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/web"
	"gatehouse/wire"
)

// users adds the routes of people. Whoever has a permission for some people alone, or for
// their circle (circle.go), sees these.
func (d *Door) users() {
	one := func(method, path, name, permission, summary string) Route {
		return Route{Method: method, Path: "/users/{user}" + path, ID: name, Permission: permission, Summary: summary, Kind: audit.KindUser, Param: "user", Resource: "user"}
	}
	guarded := func(rt Route) Route { rt.Guarded = true; return rt }
	revised := func(rt Route) Route { rt.Revised = true; return rt }
	keyed := func(rt Route) Route { rt.Keyed = true; return rt }
	filtered := func(rt Route) Route { rt.Filtered = true; return rt }
	add(d, Route{Method: http.MethodGet, Path: "/users", ID: "listUsers", Permission: "users:read", Summary: "List people", Filtered: true}, d.listUsers)
	add(d, Route{Method: http.MethodPost, Path: "/users", ID: "createUser", Permission: "users:write", Summary: "Create a person, who has no password yet", Status: http.StatusCreated}, d.createUser)
	add(d, filtered(one(http.MethodGet, "", "getUser", "users:read", "See a person")), d.getUser)
	add(d, guarded(one(http.MethodPatch, "", "updateUser", "users:write", "Change a person; what is absent stays as it is")), d.updateUser)
	add(d, guarded(one(http.MethodDelete, "", "deleteUser", "users:delete", "Delete a person for good")), d.deleteUser)
	add(d, revised(one(http.MethodPost, "/disable", "disableUser", "users:disable", "Keep a person out, and end their sessions and tokens")), d.disableUser)
	add(d, revised(one(http.MethodPost, "/enable", "enableUser", "users:disable", "Let a disabled person in again")), d.enableUser)
	add(d, revised(one(http.MethodPut, "/password", "setUserPassword", "users:credentials", "Give a person a new password, and end their sessions")), d.setUserPassword)
	link := revised(one(http.MethodPost, "/password-link", "createPasswordLink", "users:credentials", "Make a one-time link by which a person who has no password sets their first one"))
	link.Status, link.Secret = http.StatusCreated, true
	add(d, link, d.createPasswordLink)
	add(d, keyed(revised(one(http.MethodDelete, "/password-link", "revokePasswordLink", "users:credentials", "Withdraw the one-time link for a person's first password before it is used"))), d.revokePasswordLink)
	add(d, keyed(revised(one(http.MethodDelete, "/factors", "resetUserFactors", "users:credentials", "Remove a person's second factors and recovery codes"))), d.resetUserFactors)
	add(d, one(http.MethodGet, "/sessions", "listUserSessions", "sessions:read", "List where a person is signed in, newest first"), d.listUserSessions)
	add(d, keyed(revised(one(http.MethodDelete, "/sessions", "endUserSessions", "sessions:revoke", "Sign a person out everywhere"))), d.endUserSessions)
}

// UserPath names a person.
type UserPath struct {
	User string `path:"user" maxLength:"64" doc:"The id of the person, usr_…"`
}

func (in *UserPath) id() id.User { return id.UserOf(in.User) }

type usersIn struct {
	Paged
	Named
	Search         string    `query:"search" maxLength:"200" doc:"Those of whom a part of the address or the name begins so, in small letters or capitals; parts stand behind a blank or one of / : . - _ @"`
	Email          string    `query:"email" maxLength:"320" doc:"The one with this address"`
	State          string    `query:"state" enum:"active,disabled" doc:"Those who may sign in, or may not"`
	SecondFactor   string    `query:"second_factor" enum:"true,false" doc:"Those who have one, or have none"`
	HasPassword    string    `query:"has_password" enum:"true,false" doc:"Those who have one, or have none"`
	Import         string    `query:"import" maxLength:"64" doc:"Those whom this import made, imp_…"`
	SignedInBefore time.Time `query:"signed_in_before" doc:"Those who did not sign in at this moment or after it, or never did; without sort and search in the order of that"`
	Sort           string    `query:"sort" enum:"email,-email,created,-created,last_sign_in,-last_sign_in" doc:"Their order, with - the opposite one; absent: email, or with search first by their addresses, then by their names, and then by the later parts of both. Whoever never signed in comes before all who did"`
}

func (d *Door) listUsers(ctx context.Context, c *Call, in *usersIn) (*Page[wire.ListedUser], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	if in.IDs != "" {
		others := usersIn{Paged: in.Paged, Named: in.Named}
		return d.listUsersNamed(ctx, c, &in.Named, *in != others)
	}
	if in.Search != "" && in.Sort != "" {
		return nil, invalid(aParameter+"sort", "is not for a search")
	}
	if in.Email != "" && in.Import != "" {
		return nil, invalid(aParameter+"import", "is not for one address")
	}
	f := in.filter()
	if in.Email != "" {
		return d.listUser(ctx, c, in.Email, &f)
	}
	var ok bool
	if f.After, ok = identity.ParseUserCursor(place); !ok {
		return nil, badCursor()
	}
	if in.Import != "" {
		return d.listImported(ctx, c, in.Import, f)
	}
	found, next, err := d.findUsers(ctx, c, f)
	if err != nil {
		return nil, err
	}
	return d.listedUsers(ctx, c, found, next.String())
}

// listImported is the list of those whom an import made. All of them are read for a page, of
// whom there are intake.MaxRows at most: few such requests are answered at once.
func (d *Door) listImported(ctx context.Context, c *Call, name string, f identity.UserFilter) (*Page[wire.ListedUser], error) {
	leave, err := d.heavy.take(c.Subject)
	if err != nil {
		return nil, err
	}
	defer leave()
	made, err := d.Intake.Made(ctx, id.ImportOf(name))
	if fault.Is(err, fault.NotFound) {
		return nil, invalid(aParameter+"import", "is none that there is")
	}
	if err != nil {
		return nil, err
	}
	f.Sees = func(u *identity.User) bool { return c.seesWho(person(u.ID)) }
	found, next, err := d.Identity.OfThese(ctx, f, made)
	if err != nil {
		return nil, err
	}
	return d.listedUsers(ctx, c, found, next.String())
}

func (in *usersIn) filter() identity.UserFilter {
	f := identity.UserFilter{Search: in.Search, State: identity.UserState(in.State), SignedInBefore: in.SignedInBefore, Limit: in.Limit}
	by, backwards := strings.CutPrefix(in.Sort, "-")
	f.Created, f.SignedIn, f.Backwards = by == "created", by == "last_sign_in", backwards
	if in.Sort == "" && in.Search == "" && !in.SignedInBefore.IsZero() {
		f.SignedIn = true
	}
	f.SecondFactor, f.HasPassword = yesOrNo(in.SecondFactor), yesOrNo(in.HasPassword)
	return f
}

// yesOrNo is what text says, nil where it says nothing.
func yesOrNo(text string) *bool {
	if text == "" {
		return nil
	}
	return new(text == "true")
}

// listedUsers is a page of people and of by what they prove who they are.
func (d *Door) listedUsers(ctx context.Context, c *Call, found []identity.User, next string) (*Page[wire.ListedUser], error) {
	names := make([]id.User, len(found))
	for i := range found {
		names[i] = found[i].ID
	}
	all, err := d.Identity.Standings(ctx, names)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, next, func(u identity.User) wire.ListedUser {
		st := all[u.ID]
		return wire.ListedUser{User: wire.OfUser(u), SecondFactor: st.Secured(), HasPassword: st.Password != ""}
	})
}

// findUsers are the people whom f asks for and the caller sees.
func (d *Door) findUsers(ctx context.Context, c *Call, f identity.UserFilter) ([]identity.User, identity.UserCursor, error) {
	if c.within == nil {
		return d.Identity.Users(ctx, f)
	}
	f.Sees = func(u *identity.User) bool { return c.seesWho(person(u.ID)) }
	if in, some, narrow := c.among(); narrow {
		return d.Identity.Among(ctx, f, in, some)
	}
	return d.Identity.Users(ctx, f)
}

// listUser is the list of the one with an address, or of nobody.
func (d *Door) listUser(ctx context.Context, c *Call, email string, f *identity.UserFilter) (*Page[wire.ListedUser], error) {
	u, err := d.Identity.UserByEmail(ctx, email)
	if fault.Is(err, fault.NotFound) {
		return d.listedUsers(ctx, c, nil, "")
	}
	if err != nil {
		return nil, err
	}
	f.Sees = func(u *identity.User) bool { return c.seesWho(person(u.ID)) }
	found, err := d.Identity.Fitting(ctx, f, []identity.User{u})
	if err != nil {
		return nil, err
	}
	return d.listedUsers(ctx, c, found, "")
}

// UserCreate is what a person is made with.
type UserCreate struct {
	Email         string      `json:"email" maxLength:"320" doc:"The address they sign in with"`
	EmailVerified bool        `json:"email_verified,omitempty" doc:"It is known to be theirs"`
	Name          string      `json:"name,omitempty" maxLength:"200"`
	Claims        wire.Claims `json:"claims,omitzero"`
}

type newUserIn struct{ Body UserCreate }

func (d *Door) createUser(ctx context.Context, c *Call, in *newUserIn) (*Made[wire.User], error) {
	u, err := d.Identity.Create(ctx, c.By, identity.User{
		Email: in.Body.Email, EmailVerified: in.Body.EmailVerified, Name: in.Body.Name, Claims: in.Body.Claims.Identity(),
	}, "")
	if err != nil {
		return nil, err
	}
	return &Made[wire.User]{Location: Base + "/users/" + string(u.ID), ETag: etag(u.Rev), Body: wire.OfUser(u)}, nil
}

type partOfUserIn struct {
	UserPath
	Partial
}

func (d *Door) getUser(ctx context.Context, c *Call, in *partOfUserIn) (*One[wire.UserDetail], error) {
	if err := c.reachWho(in.id()); err != nil {
		return nil, err
	}
	st, err := d.Identity.Standing(ctx, in.id())
	if err != nil {
		return nil, err
	}
	u := st.User
	shown := wire.UserDetail{User: wire.OfUser(u), Administrator: c.Snapshot.Administers(person(u.ID), time.Now()), SecondFactor: st.Secured(), HasPassword: st.Password != ""}
	if shown.RecoveryCodesLeft, err = d.Identity.RecoveryLeft(ctx, u.ID); err != nil {
		return nil, err
	}
	if !shown.HasPassword {
		if shown.PasswordLinkUntil, err = d.Identity.OpenLink(ctx, u.ID); err != nil {
			return nil, err
		}
	}
	return &One[wire.UserDetail]{ETag: etag(u.Rev), Body: shown}, nil
}

// UserChange is what is to be different of a person.
type UserChange struct {
	Email         *string      `json:"email,omitempty" maxLength:"320"`
	EmailVerified *bool        `json:"email_verified,omitempty"`
	Name          *string      `json:"name,omitempty" maxLength:"200"`
	Claims        *wire.Claims `json:"claims,omitempty" doc:"All of them: a claim that is not there is removed"`
}

type userChangeIn struct {
	UserPath
	Body UserChange
}

func (d *Door) updateUser(ctx context.Context, c *Call, in *userChangeIn) (*One[wire.User], error) {
	u, err := d.Identity.User(ctx, in.id())
	if err != nil {
		return nil, err
	}
	before := u
	if u.Rev = cmp.Or(c.Rev(), u.Rev); in.Body.Email != nil {
		u.Email = *in.Body.Email
	}
	if in.Body.EmailVerified != nil {
		u.EmailVerified = *in.Body.EmailVerified
	}
	if u.Email != before.Email || u.EmailVerified != before.EmailVerified { // applications know people by it
		if err := c.Sudo(); err != nil {
			return nil, err
		}
	}
	if in.Body.Name != nil {
		u.Name = *in.Body.Name
	}
	if in.Body.Claims != nil {
		u.Claims = in.Body.Claims.Identity()
	}
	if u, err = d.Identity.Update(ctx, c.By, u); err != nil {
		return nil, err
	}
	return &One[wire.User]{ETag: etag(u.Rev), Body: wire.OfUser(u)}, nil
}

func (d *Door) deleteUser(ctx context.Context, c *Call, in *UserPath) (*Nothing, error) {
	return &Nothing{}, d.onUser(ctx, c, in, d.Identity.Delete)
}

// onUser runs f on a person who is as the caller saw them.
func (d *Door) onUser(ctx context.Context, c *Call, in *UserPath, f func(ctx context.Context, by audit.Actor, user id.User) error) error {
	return d.Identity.Hold(ctx, in.id(), func(ctx context.Context, u identity.User) error {
		if err := c.Matches(u.Rev); err != nil {
			return err
		}
		return f(ctx, c.By, u.ID)
	})
}

// userNow is onUser that answers with what the person is then.
func (d *Door) userNow(ctx context.Context, c *Call, in *UserPath, f func(ctx context.Context, by audit.Actor, user id.User) error) (*One[wire.User], error) {
	if err := d.onUser(ctx, c, in, f); err != nil {
		return nil, err
	}
	u, err := d.Identity.User(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return &One[wire.User]{ETag: etag(u.Rev), Body: wire.OfUser(u)}, nil
}

func (d *Door) disableUser(ctx context.Context, c *Call, in *UserPath) (*One[wire.User], error) {
	return d.userNow(ctx, c, in, d.Identity.Disable)
}

func (d *Door) enableUser(ctx context.Context, c *Call, in *UserPath) (*One[wire.User], error) {
	return d.userNow(ctx, c, in, d.Identity.Enable)
}

// PasswordSet is a password as it is given.
type PasswordSet struct {
	Password string `json:"password" minLength:"1" maxLength:"1024"`
}

type passwordIn struct {
	UserPath
	Body PasswordSet
}

func (d *Door) setUserPassword(ctx context.Context, c *Call, in *passwordIn) (*Nothing, error) {
	return &Nothing{}, d.Identity.SetPassword(ctx, c.By, in.id(), c.Rev(), in.Body.Password) // it hashes before its transaction
}

func (d *Door) createPasswordLink(ctx context.Context, c *Call, in *UserPath) (*Made[wire.PasswordLink], error) {
	l, err := d.Identity.PasswordLink(ctx, c.By, in.id(), c.Rev())
	if err != nil {
		return nil, err
	}
	return &Made[wire.PasswordLink]{
		Location: Base + "/users/" + string(l.User.ID),
		Body:     wire.PasswordLink{User: l.User.ID, Email: l.User.Email, Link: wire.Secret(web.WelcomeURL(d.Issuer, l.Token)), ExpiresAt: l.Until.UTC()},
	}, nil
}

func (d *Door) revokePasswordLink(ctx context.Context, c *Call, in *UserPath) (*Nothing, error) {
	return &Nothing{}, d.Identity.RevokePasswordLink(ctx, c.By, in.id(), c.Rev())
}

func (d *Door) resetUserFactors(ctx context.Context, c *Call, in *UserPath) (*Nothing, error) {
	return &Nothing{}, d.onUser(ctx, c, in, d.Identity.ResetFactors)
}

func (d *Door) listUserSessions(ctx context.Context, c *Call, in *partOfUserIn) (*Page[wire.Session], error) {
	st, err := d.Identity.Standing(ctx, in.id())
	if err != nil {
		return nil, err
	}
	found, err := d.Sessions.Of(ctx, st.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, "", func(s session.Session) wire.Session { return wire.OfSession(s, st.Living(s.Proofs)) })
}

// Ended says how many ended.
type Ended struct {
	Ended int `json:"ended"`
}

func (d *Door) endUserSessions(ctx context.Context, c *Call, in *UserPath) (*One[Ended], error) {
	out := &One[Ended]{}
	err := d.onUser(ctx, c, in, func(ctx context.Context, by audit.Actor, user id.User) (err error) {
		out.Body.Ended, err = d.Sessions.EndAll(ctx, by, user, "", session.ReasonByOperator)
		return err
	})
	return out, err
}
