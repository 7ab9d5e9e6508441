package housetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse.example/client"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// client is the API as a program that imports our client has it.
func (s *steering) client(t *testing.T, options ...client.Option) *client.Gatehouse {
	t.Helper()
	g, err := client.New(s.issuer, append([]client.Option{client.WithHTTPClient(s.Client())}, options...)...)
	must(t, err)
	return g
}

// ask calls the client's method for an operation, about things that there are.
func (d described) ask(t *testing.T, g *client.Gatehouse, there map[string]string) (answer reflect.Value, err error) {
	t.Helper()
	of := reflect.TypeOf(g)
	for i := range of.NumMethod() {
		if !strings.EqualFold(of.Method(i).Name, d.ID) {
			continue
		}
		out := reflect.ValueOf(g).Method(i).Call(d.arguments(t, of.Method(i).Type, there))
		err, _ = out[len(out)-1].Interface().(error)
		return out[0], err
	}
	t.Errorf("the client has no method for %s", d.ID)
	return answer, nil
}

// arguments are the things of the path, what is needed, an empty body, and If-Match for whatever there is.
func (d described) arguments(t *testing.T, method reflect.Type, there map[string]string) []reflect.Value {
	t.Helper()
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	for _, part := range pathParts.FindAllString(d.path, -1) {
		arg := reflect.New(method.In(len(args) + 1))
		if _, err := fmt.Sscan(there[strings.Trim(part, "{}")], arg.Interface()); err != nil {
			t.Errorf("%s: %s is no %s: %v", d.ID, there[strings.Trim(part, "{}")], part, err)
		}
		args = append(args, arg.Elem())
	}
	for i := len(args) + 1; i < method.NumIn(); i++ {
		arg := reflect.New(method.In(i)).Elem()
		if params := method.In(i); params.Kind() == reflect.Pointer && strings.HasSuffix(params.Elem().Name(), "Params") {
			arg.Set(reflect.New(params.Elem()))
			if match := arg.Elem().FieldByName("IfMatch"); match.IsValid() && match.Kind() == reflect.String {
				match.SetString("*")
			}
			if name, value, needs := strings.Cut(needed(d.ID), "="); needs {
				of := arg.Elem().FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
				of.Set(reflect.ValueOf(&value))
			}
		}
		args = append(args, arg)
	}
	return args
}

// Whatever is in the document has a method, which asks that route and no other: who may
// do nothing is told by each which permission it takes.
func TestTheClientHasAMethodForEveryOperation(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	g := s.client(t, client.WithKey(s.account("nobody", func(string) bool { return false })))
	s.Settle()
	for _, d := range documented(t) {
		_, err := d.ask(t, g, there)
		p, is := errors.AsType[*client.Problem](err)
		if !is || p.Status != http.StatusForbidden || p.Code() != "caller.forbidden" || p.Detail == nil || !strings.Contains(*p.Detail, d.Permission) {
			t.Errorf("%s: %v, want one that names %s", d.ID, err, d.Permission)
			continue
		}
		if path := d.about(there); !strings.Contains(err.Error(), d.method+" "+path+":") {
			t.Errorf("%s: %v, want one of %s %s", d.ID, err, d.method, path)
		}
	}
}

// What the client reads of an answer is all that is in it.
func TestTheClientReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	g := s.client(t, client.WithKey(s.boss))
	s.Settle()
	var said string
	s.Watch = func(seen gatetest.Seen) { said = seen.Body }
	for _, d := range documented(t) {
		if d.method != http.MethodGet {
			continue
		}
		answer, err := d.ask(t, g, there)
		if err != nil {
			t.Errorf("%s: %v", d.ID, err)
			continue
		}
		if stream, is := answer.Interface().(io.ReadCloser); is {
			text, err := io.ReadAll(stream)
			if must(t, stream.Close()); err != nil || len(text) == 0 {
				t.Errorf("%s: %d bytes, %v", d.ID, len(text), err)
			}
			continue
		}
		read, err := json.Marshal(answer.Elem().FieldByName("Body").Interface())
		must(t, err)
		var got, want any
		must(t, json.Unmarshal(read, &got))
		must(t, json.Unmarshal([]byte(said), &want))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-said +read):\n%s", d.ID, diff)
		}
	}
}

// A program sets up a house, from the first organisation to the last key.
func TestAProgramSteersAHouseByTheClient(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.bindScope("target.read")
	s.Settle()
	g, ctx := s.client(t, client.WithKey(s.boss)), t.Context()

	acme, err := g.CreateOrganisation(ctx, client.OrganisationCreate{ID: "acme", Description: new("Acme")}, nil)
	must(t, err)
	desk, err := g.CreateGroup(ctx, client.GroupCreate{ID: "desk", Description: new("Desk")}, nil)
	must(t, err)
	if acme.ETag != `"1"` || desk.Location != "/api/v1/groups/desk" || desk.Request == "" {
		t.Errorf("made: %+v %+v", acme, desk)
	}

	// A person, twice by one key and once for all.
	once := &client.CreateUserParams{IdempotencyKey: new("first")}
	ada, err := g.CreateUser(ctx, client.UserCreate{Email: "ada@example.test", Claims: &client.Claims{Locale: new("en")}}, once)
	must(t, err)
	again, err := g.CreateUser(ctx, client.UserCreate{Email: "ada@example.test", Claims: &client.Claims{Locale: new("en")}}, once)
	if must(t, err); again.Body.ID != ada.Body.ID {
		t.Errorf("one key made %s and %s", ada.Body.ID, again.Body.ID)
	}
	changed, err := g.UpdateUser(ctx, ada.Body.ID, client.UserChange{Name: new("Ada")}, &client.UpdateUserParams{IfMatch: ada.ETag})
	must(t, err)
	_, err = g.UpdateUser(ctx, ada.Body.ID, client.UserChange{Name: new("Eve")}, &client.UpdateUserParams{IfMatch: ada.ETag})
	if client.CodeOf(err) != "request.outdated" || client.StatusOf(err) != http.StatusPreconditionFailed || changed.ETag != `"2"` {
		t.Errorf("a change of what was seen before %s: %v", changed.ETag, err)
	}
	_, err = g.PutGroupMember(ctx, "desk", "user", ada.Body.ID, &client.MembershipPut{Reason: new("She runs it")}, nil)
	must(t, err)
	_, err = g.PutOrganisationMember(ctx, "acme", "user", ada.Body.ID, nil, nil)
	must(t, err)
	for m, err := range g.AllGroupMembers(ctx, "desk", &client.ListGroupMembersParams{Limit: new(int64(1))}) {
		if must(t, err); m.Member.ID != ada.Body.ID {
			t.Errorf("in the group is %+v", m)
		}
	}
	if p, is := errors.AsType[*client.Problem](func() error {
		_, err := g.CreateUser(ctx, client.UserCreate{Email: "no address"}, nil)
		return err
	}()); !is || p.Code() != "user.invalid" || len(p.Errors) != 1 || *p.Errors[0].Pointer != "#/email" {
		t.Errorf("an address that is none: %v", p)
	}

	// A service account with a second key, and an application with a second secret.
	ci, err := g.CreateServiceAccount(ctx, client.ServiceAccountCreate{ID: "ci"}, nil)
	must(t, err)
	second, err := g.CreateServiceKey(ctx, "ci", client.KeyCreate{Name: "second"}, nil)
	must(t, err)
	if _, err := s.client(t, client.WithKey(second.Body.Key)).ListUsers(ctx, nil); client.CodeOf(err) != "caller.forbidden" {
		t.Errorf("a key of whom nobody granted anything: %v", err)
	}
	_, err = g.RevokeServiceKey(ctx, "ci", second.Body.KeyID)
	must(t, err)
	_, err = g.DisableServiceAccount(ctx, "ci", &client.Because{Reason: new("test")}, &client.DisableServiceAccountParams{IfMatch: new(ci.ETag)})
	must(t, err)
	app, err := g.CreateClient(ctx, client.ClientCreate{ClientID: new("web"), ClientName: new("Web"), RedirectUris: []string{"https://app.example.test/cb"}}, nil)
	must(t, err)
	rotated, err := g.RotateClientSecret(ctx, "web", nil)
	if must(t, err); rotated.Body.ClientSecret == nil || *rotated.Body.ClientSecret == *app.Body.ClientSecret || app.Body.Issuer != s.issuer {
		t.Error("the second secret is none, or the first")
	}
	scope, err := g.UpdateScope(ctx, "target.read", client.ScopeChange{Description: new("See things")}, &client.UpdateScopeParams{IfMatch: "*"})
	if must(t, err); scope.ETag != `"2"` {
		t.Errorf("the scope is %s", scope.ETag)
	}

	// An API, a role, and a grant: given, made longer and taken back.
	_, err = g.CreateAPI(ctx, client.APICreate{ID: "shop", Audience: "https://shop.example.test", Permissions: []client.APIPermission{{Permission: "orders:read"}}}, nil)
	must(t, err)
	role, err := g.CreateRole(ctx, client.RoleCreate{ID: "looker", Permissions: []string{"gatehouse/groups:read", "gatehouse/users:read"}}, nil)
	must(t, err)
	_, err = g.UpdateRole(ctx, "looker", client.RoleChange{Permissions: []string{"gatehouse/groups:read"}}, &client.UpdateRoleParams{IfMatch: role.ETag})
	must(t, err)
	given, err := g.CreateGrant(ctx, client.GrantCreate{
		Subject: client.GrantSubject{Kind: client.GrantSubjectKindUser, ID: ada.Body.ID}, Role: new("looker"), Reason: "She looks", ExpiresAt: new(time.Now().Add(time.Hour)),
	}, nil)
	must(t, err)
	longer, err := g.ExtendGrant(ctx, given.Body.ID, client.GrantExtend{ExpiresAt: time.Now().Add(2 * time.Hour)}, &client.ExtendGrantParams{IfMatch: &given.ETag})
	if must(t, err); !longer.Body.ExpiresAt.After(*given.Body.ExpiresAt) {
		t.Errorf("a grant until %v is until %v", given.Body.ExpiresAt, longer.Body.ExpiresAt)
	}
	for grant, err := range g.AllGrants(ctx, &client.ListGrantsParams{Subject: new("user:" + ada.Body.ID)}) {
		if must(t, err); grant.ID != given.Body.ID {
			t.Errorf("she has %+v", grant)
		}
	}
	_, err = g.RevokeGrant(ctx, given.Body.ID, client.GrantRevoke{Reason: "She has seen it"}, &client.RevokeGrantParams{IfMatch: &longer.ETag})
	must(t, err)
	var trail []string
	for e, err := range g.AllAuditEvents(ctx, &client.ListAuditEventsParams{Resource: new("grant:" + given.Body.ID), Limit: new(int64(1))}) {
		must(t, err)
		trail = append(trail, e.Action)
	}
	if len(trail) != 3 || trail[2] != "grant.create" {
		t.Errorf("the trail of the grant is %v", trail)
	}
	_, err = g.PutLock(ctx, client.PutLockParamsKindUser, ada.Body.ID, client.LockPut{Reason: "She is away"}, nil)
	must(t, err)
	must(t, g.LiftLock(ctx, client.LiftLockParamsKindUser, ada.Body.ID, nil))
	if health, err := g.GetHealth(ctx); err != nil || health.Body.Now.IsZero() {
		t.Errorf("health: %+v, %v", health, err)
	}
	lines, err := g.ExportAuditEvents(ctx, &client.ExportAuditEventsParams{Action: new("role.")})
	must(t, err)
	text, err := io.ReadAll(lines)
	if must(t, err); strings.Count(string(text), "\n") != 3 { // that of the boss is one
		t.Errorf("the export is %s", text)
	}
	must(t, lines.Close())

	// All of it, and then she leaves.
	export, err := g.Export(ctx)
	must(t, err)
	plan, err := g.Apply(ctx, client.SetApply{Set: "copy", Objects: export.Body.Objects, Adopt: new(true), Plan: new(true)}, nil)
	if must(t, err); plan.Body.Digest == "" || slices.ContainsFunc(plan.Body.Changes, func(c client.SetChange) bool { return c.Action != "adopt" }) {
		t.Errorf("what was exported would change something: %+v", plan.Body.Changes)
	}
	ended, err := g.EndUserSessions(ctx, ada.Body.ID, nil)
	if must(t, err); ended.Body.Ended != 0 {
		t.Errorf("%d sessions ended", ended.Body.Ended)
	}
	must(t, g.DeleteUser(ctx, ada.Body.ID, &client.DeleteUserParams{IfMatch: changed.ETag}))
	if _, err := g.GetUser(ctx, ada.Body.ID, nil); client.StatusOf(err) != http.StatusNotFound || client.CodeOf(err) != "user.not_found" {
		t.Errorf("who was deleted: %v", err)
	}
}

// An application steers by access tokens of its own, as far as it was granted something.
func TestAnApplicationSteersByTheClient(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	job := s.App("job", func(c *oauth.Client) {
		c.GrantTypes, c.RedirectURIs, c.Audiences = []string{oauth.GrantClient}, nil, []string{oauth.OwnAPI(gatetest.Issuer)}
		c.Scopes = []string{client.ScopeRead, client.ScopeAdmin}
	})
	_, err := s.House.Access.Give(context.Background(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.Client, ID: string(job.ID)}, Effect: access.Allow, Role: access.UserManager,
		Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	s.Settle()
	g := s.client(t, client.WithClientCredentials(string(job.ID), job.Secret))
	if _, err := g.CreateUser(t.Context(), client.UserCreate{Email: "ada@example.test"}, nil); err != nil {
		t.Error(err)
	}
	if _, err := g.ListKeys(t.Context(), nil); client.CodeOf(err) != "caller.forbidden" {
		t.Errorf("what was not granted: %v", err)
	}
	looks := s.client(t, client.WithClientCredentials(string(job.ID), job.Secret, client.ScopeRead))
	if _, err := looks.CreateUser(t.Context(), client.UserCreate{Email: "eve@example.test"}, nil); client.StatusOf(err) != http.StatusForbidden {
		t.Errorf("with the scope to look alone: %v", err)
	}
}

// The example of the module works, and may be run again.
func TestTheExampleOfTheClientWorks(t *testing.T) {
	t.Parallel()
	s, issuer := listening(t)
	s.Settle()
	program := filepath.Join(t.TempDir(), "onboard")
	if out, err := exec.Command("go", "build", "-o", program, "gatehouse.example/client/examples/onboard").CombinedOutput(); err != nil {
		t.Fatalf("build the example: %v\n%s", err, out)
	}
	for range 2 {
		cmd := exec.Command(program, "desk", "ada@example.test", "bob@example.test")
		cmd.Env = append(os.Environ(), "GATEHOUSE_URL="+issuer, "GATEHOUSE_KEY="+s.boss)
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "desk has 2 members\n" {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

var goOfDoc = regexp.MustCompile("(?s)```go\n(.*?)```")

// The program that docs/api.md prints is one, and does what the page says.
func TestTheGoOfTheAPIsPageWorks(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/api.md")
	must(t, err)
	block := goOfDoc.FindSubmatch(page)
	if block == nil {
		t.Fatal("the page prints none")
	}
	module, err := filepath.Abs("../../client")
	must(t, err)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module page\n\ngo 1.26.6\n\nrequire gatehouse.example/client v0.0.0\n\nreplace gatehouse.example/client => " + module + "\n",
		"main.go": "package main\n\nimport (\n\"context\"\n\"fmt\"\n\"log\"\n\"os\"\n\n\"gatehouse.example/client\"\n)\n\nfunc main() {\nctx := context.Background()\n" + string(block[1]) + "}\n",
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	build := exec.Command("go", "build", "-o", "page", ".")
	build.Dir, build.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build it: %v\n%s", err, out)
	}
	s, issuer := listening(t)
	s.Settle()
	key := filepath.Join(dir, "key")
	must(t, os.WriteFile(key, []byte(s.boss+"\n"), 0o600))
	run := exec.Command(filepath.Join(dir, "page"))
	run.Env = append(os.Environ(), "GATEHOUSE_URL="+issuer, "GATEHOUSE_KEY_FILE="+key)
	if out, err := run.CombinedOutput(); err != nil || string(out) != "ada@example.test Ada\n" {
		t.Errorf("%v\n%s", err, out)
	}
}
