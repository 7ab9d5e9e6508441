package access

import (
	"slices"
	"strings"
)

// Gatehouse is the id of the API of Gatehouse itself. Whoever administers it holds
// permissions of this one, as of any other. Its catalogue and its roles are part of
// the program, never rows: a version that knows more of them and one that knows less
// may work over one database, and each ignores what it does not know.
const Gatehouse = "gatehouse"

// The scopes of access tokens for that API: to see, and to change as well.
const (
	ScopeRead  = Gatehouse + ".read"
	ScopeAdmin = Gatehouse + ".admin"
)

// The built-in roles.
const (
	Administrator = Gatehouse + "/administrator"
	UserManager   = Gatehouse + "/user-manager"
	AccessManager = Gatehouse + "/access-manager"
	Auditor       = Gatehouse + "/auditor"
	Helpdesk      = Gatehouse + "/helpdesk"
)

// Escalate is the permission to hand out what one does not hold.
const Escalate = Gatehouse + "/grants:escalate"

// Privilege is the permission to make and change applications by which administrators
// act, or about which people are not asked.
const Privilege = Gatehouse + "/clients:privilege"

// BuiltIn says what of the API of Gatehouse differs between houses.
type BuiltIn struct {
	Audience string      // of tokens for it; see oauth.OwnAPI
	Writes   Requirement // of whoever uses a permission to change something
}

// API returns the API of Gatehouse, with its catalogue.
func (b BuiltIn) API() API {
	a := API{ID: Gatehouse, Audience: b.Audience, Delegation: ByAudience, Owners: map[string]string{}}
	for _, line := range builtInCatalogue {
		name, sensitive := strings.CutSuffix(line.name, "!")
		resource, action, _ := strings.Cut(name, ":")
		p := Permission{Resource: resource, Action: action, Description: line.is, Sensitive: sensitive}
		if !slices.Contains(looking, action) {
			p.Requires = b.Writes
		}
		a.Permissions = append(a.Permissions, p)
	}
	return a
}

// looking are the actions that change nothing.
var looking = []string{"read", "preview", "export", "verify"}

// builtInCatalogue is what can be done at Gatehouse; ! is for what is sensitive.
var builtInCatalogue = []struct{ name, is string }{
	{"users:read", "See people"},
	{"users:write", "Create people, and change their names, addresses and claims"},
	{"users:disable", "Keep people out, and let them in again"},
	{"users:delete!", "Delete people"},
	{"users:credentials!", "Set passwords of people, and remove their second factors"},
	{"sessions:read", "See who is signed in, where"},
	{"sessions:revoke", "Sign people out"},
	{"consents:read", "See what people allowed applications"},
	{"consents:revoke", "Take back what people allowed applications"},
	{"families:read", "See the refresh tokens that applications hold"},
	{"families:revoke", "End the refresh tokens that applications hold"},

	{"groups:read", "See groups"},
	{"groups:write", "Create and change groups"},
	{"groups:delete", "Delete groups"},
	{"memberships:read", "See who is in a group or an organisation"},
	{"memberships:write", "Put somebody into a group or an organisation, or take them out"},
	{"organisations:read", "See organisations"},
	{"organisations:write", "Create and change organisations"},
	{"organisations:delete", "Delete organisations"},
	{"services:read", "See service accounts and which keys they have"},
	{"services:write", "Create, change, disable and enable service accounts"},
	{"services:delete!", "Delete service accounts"},
	{"services:keys!", "Make keys of service accounts, and revoke them"},
	{"personal-tokens:read", "See which personal access tokens people have"},
	{"personal-tokens:create", "Make personal access tokens, for oneself or for somebody who may do no more"},
	{"personal-tokens:revoke", "Revoke personal access tokens of people"},

	{"clients:read", "See applications"},
	{"clients:write", "Create and change applications"},
	{"clients:disable", "Keep applications out, and let them in again"},
	{"clients:delete!", "Delete applications"},
	{"clients:secrets!", "Make secrets of applications, and revoke them"},
	{"clients:privilege!", "Let an application have the scopes of this API, or skip consent"},

	{"apis:read", "See APIs and their permissions"},
	{"apis:write", "Create and change APIs and their permissions"},
	{"apis:delete", "Delete APIs"},
	{"scopes:read", "See which permissions a scope stands for"},
	{"scopes:write", "Bind scopes to permissions, or unbind them"},
	{"roles:read", "See roles"},
	{"roles:write", "Create and change roles"},
	{"roles:delete", "Delete roles"},
	{"grants:read", "See who was granted or denied what"},
	{"grants:write", "Grant and deny what one holds, extend and revoke"},
	{"grants:escalate!", "Hand out what one does not hold, or for longer than one holds it"},
	{"locks:read", "See locks"},
	{"locks:write", "Put locks and lift them"},
	{"decisions:read", "Ask whether somebody may do something, and follow what is lost"},
	{"explain:read", "Ask why somebody may do something, and who may"},
	{"tokens:preview", "See what a token of somebody would say"},

	{"keys:read", "See signing keys"},
	{"keys:rotate!", "Make a new signing key"},
	{"keys:revoke!", "Revoke a signing key, with all that it signed"},
	{"routes:read", "See routes of the gate, and try requests on them"},
	{"routes:write!", "Change routes of the gate, where they lead and who may ask it"},
	{"config:read", "See all that a house holds at once, as far as one may see each kind"},
	{"config:apply", "Make a house be as files say, as far as one may make each change"},
	{"settings:read", "See settings and where they come from"},
	{"settings:write!", "Change settings"},
	{"health:read", "See whether Gatehouse is well, and how much it holds"},
	{"filters:read", "See the filters that one keeps for oneself in the console"},
	{"filters:write", "Keep filters in the console, and delete them, for oneself alone"},
	{"statistics:read", "See figures of sign-ins and of use"},
	{"audit:read", "Read the audit log"},
	{"audit:export!", "Take the whole audit log along"},
	{"audit:verify", "Check that the audit log is as it was written"},
	{"audit:erase!", "Erase personal details from the audit log"},
}

// BuiltInRoles returns the roles of the API of Gatehouse. The administrator has
// all of it, what is sensitive too; nobody else may hand out what they do not hold.
func BuiltInRoles() []Role {
	return []Role{
		builtInRole(Administrator, append([]string{"*:*"}, sensitiveOnes()...)...),
		builtInRole(UserManager, "users:*", "users:delete", "users:credentials", "sessions:*", "consents:*", "families:*", "personal-tokens:*",
			"groups:read", "memberships:read", "organisations:read", "locks:read", "statistics:read", "filters:*"),
		builtInRole(AccessManager, "apis:*", "scopes:*", "roles:*", "grants:*", "groups:*", "memberships:*", "organisations:*", "locks:*",
			"explain:read", "decisions:read", "tokens:preview", "users:read", "services:read", "clients:read", "audit:read", "filters:*"),
		builtInRole(Auditor, "*:read", "audit:export", "audit:verify", "tokens:preview", "filters:write"),
		builtInRole(Helpdesk, "users:read", "users:credentials", "sessions:*", "consents:read", "families:read", "memberships:read", "explain:read", "filters:*"),
	}
}

func builtInRole(name string, permissions ...string) Role {
	r := Role{ID: name}
	for _, p := range permissions {
		resource, action, _ := strings.Cut(p, ":")
		r.Permissions = append(r.Permissions, Pattern{Gatehouse, resource, action})
	}
	return r
}

func sensitiveOnes() (names []string) {
	for _, line := range builtInCatalogue {
		if name, sensitive := strings.CutSuffix(line.name, "!"); sensitive {
			names = append(names, name)
		}
	}
	return names
}

// RoleNamed returns the id of the role that somebody calls name: a bare
// "administrator" is the built-in one, since no other role is ever called so.
func RoleNamed(name string) string {
	if slices.Contains(reservedRoles, name) {
		return Gatehouse + "/" + name
	}
	return name
}

// isBuiltIn reports whether name is that of a built-in API, or of a role that is
// built in here or in another version.
func isBuiltIn(name string) bool { return name == Gatehouse || strings.HasPrefix(name, Gatehouse+"/") }

// builtInRoleOf returns the built-in role with that id.
func builtInRoleOf(name string) (Role, bool) {
	all := BuiltInRoles()
	i := slices.IndexFunc(all, func(r Role) bool { return r.ID == name })
	if i < 0 {
		return Role{}, false
	}
	return all[i], true
}

// reservedRoles are the bare names of the built-in ones.
var reservedRoles = func() (names []string) {
	for _, r := range BuiltInRoles() {
		names = append(names, strings.TrimPrefix(r.ID, Gatehouse+"/"))
	}
	return names
}()

// OfGatehouse reports whether a role is one of Gatehouse itself.
func OfGatehouse(role string) bool { return strings.HasPrefix(role, Gatehouse+"/") }
