package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/setting"
)

// gateConfig has every kind of key, as the parts to come will: providers that
// people come from, and routes to what stands behind.
type gateConfig struct {
	Open      bool         `setting:"open"`
	Admin     adminConfig  `setting:"admin"`
	Upstreams []upstream   `setting:"upstreams"`
	Routes    routesConfig `setting:"gate"`
}

type adminConfig struct {
	Enabled bool   `setting:"enabled"`
	Token   string `setting:"token,secret"`
}

type upstream struct {
	Issuer   string        `setting:"issuer"`
	ClientID string        `setting:"client_id"`
	Secret   string        `setting:"client_secret,secret"`
	Scopes   []string      `setting:"scopes"`
	Timeout  time.Duration `setting:"timeout"`
	Trusted  bool          `setting:"trusted"`
	Claims   claimsConfig  `setting:"claims"`
}

type claimsConfig struct {
	Email string `setting:"email"`
}

func (u *upstream) Defaults() {
	*u = upstream{Scopes: []string{"openid"}, Timeout: 10 * time.Second, Claims: claimsConfig{Email: "email"}}
}

func (u upstream) Validate() []fault.Field {
	var bad []fault.Field
	if !strings.HasPrefix(u.Issuer, "https://") {
		bad = append(bad, fault.Field{Name: "issuer", Problem: `must begin with "https://"`})
	}
	if p := setting.Within(u.Timeout, time.Second, time.Minute); p != "" {
		bad = append(bad, fault.Field{Name: "timeout", Problem: p})
	}
	return bad
}

type routesConfig struct {
	Routes []route `setting:"routes"`
}

type route struct {
	Host  string `setting:"host"`
	Rules []rule `setting:"rules"`
}

type rule struct {
	Path   string `setting:"path"`
	Public bool   `setting:"public"`
}

func (r rule) Validate() []fault.Field {
	if strings.HasPrefix(r.Path, "/") {
		return nil
	}
	return []fault.Field{{Name: "path", Problem: `must begin with "/"`}}
}

var gateKeys = schemaOf(reflect.TypeFor[gateConfig]())

func defaultGate() gateConfig { return gateConfig{Open: true} }

// gateFile is a file that says something about every key.
const gateFile = `open: false
admin: {enabled: true, token: hush}
upstreams:
  - issuer: https://one.example
    client_id: gatehouse
    client_secret: hush-one
    scopes: [openid, email]
    timeout: 5s
    trusted: true
    claims: {email: mail}
  - issuer: https://two.example
    client_secret: "hush-two"
gate:
  routes:
    - host: orders.example
      rules:
        - path: /healthz
          public: true
        - path: /
    - {host: wiki.example}
`

func loadGate(o Options) (gateConfig, *loader, error) {
	c := defaultGate()
	l := newLoader(gateKeys, &c)
	l.read(o)
	l.check(validateBelow(l.root, ""))
	return c, l, l.failure()
}

func TestSectionsOfAListAreRead(t *testing.T) {
	t.Parallel()
	file := write(t, "g.yaml", gateFile)
	got, l, err := loadGate(Options{File: file, Env: []string{"GATEHOUSE_ADMIN_ENABLED=false"}})
	if err != nil {
		t.Fatal(err)
	}
	want := gateConfig{
		Admin: adminConfig{Token: "hush"},
		Upstreams: []upstream{
			{
				Issuer: "https://one.example", ClientID: "gatehouse", Secret: "hush-one", Scopes: []string{"openid", "email"},
				Timeout: 5 * time.Second, Trusted: true, Claims: claimsConfig{Email: "mail"},
			},
			{Issuer: "https://two.example", Secret: "hush-two", Scopes: []string{"openid"}, Timeout: 10 * time.Second, Claims: claimsConfig{Email: "email"}},
		},
		Routes: routesConfig{Routes: []route{
			{Host: "orders.example", Rules: []rule{{Path: "/healthz", Public: true}, {Path: "/"}}},
			{Host: "wiki.example"},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, source := range map[string]string{
		"admin.enabled":                "GATEHOUSE_ADMIN_ENABLED",
		"upstreams[0].client_id":       file + ":5",
		"upstreams[0].scopes[1]":       file + ":7",
		"upstreams[0].claims.email":    file + ":10",
		"upstreams[1].timeout":         "default",
		"gate.routes[0].rules[1].path": file + ":19",
	} {
		if got := l.sources.Of(path).String(); got != source {
			t.Errorf("%s is from %s, want %s", path, got, source)
		}
	}
}

func TestSectionsOfAListAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	file := write(t, "g.yaml", gateFile)
	_, l, err := loadGate(Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range gateKeys.settings(l.root, l.sources, "") {
		got = append(got, fmt.Sprintf("%s=%s %s", s.Path, s.Value, strings.TrimPrefix(s.Source.String(), filepath.Dir(file)+"/")))
	}
	want := []string{
		"open=false g.yaml:1", "admin.enabled=true g.yaml:2", "admin.token=******** g.yaml:2",
		"upstreams[0].issuer=https://one.example g.yaml:4", "upstreams[0].client_id=gatehouse g.yaml:5",
		"upstreams[0].client_secret=******** g.yaml:6", "upstreams[0].scopes=openid,email g.yaml:7",
		"upstreams[0].timeout=5s g.yaml:8", "upstreams[0].trusted=true g.yaml:9", "upstreams[0].claims.email=mail g.yaml:10",
		"upstreams[1].issuer=https://two.example g.yaml:11", "upstreams[1].client_id= default",
		"upstreams[1].client_secret=******** g.yaml:12", "upstreams[1].scopes=openid default",
		"upstreams[1].timeout=10s default", "upstreams[1].trusted=false default", "upstreams[1].claims.email=email default",
		"gate.routes[0].host=orders.example g.yaml:15",
		"gate.routes[0].rules[0].path=/healthz g.yaml:17", "gate.routes[0].rules[0].public=true g.yaml:18",
		"gate.routes[0].rules[1].path=/ g.yaml:19", "gate.routes[0].rules[1].public=false default",
		"gate.routes[1].host=wiki.example g.yaml:20", "gate.routes[1].rules= default",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKeysOfSectionsAreListedOnceForAll(t *testing.T) {
	t.Parallel()
	def := defaultGate()
	var got []string
	for _, k := range gateKeys.flat(reflect.ValueOf(&def).Elem(), "") {
		got = append(got, fmt.Sprintf("%s %s %q %s", k.Path, k.Kind, k.Default, k.Env))
	}
	want := []string{
		`open boolean "true" GATEHOUSE_OPEN`, `admin.enabled boolean "false" GATEHOUSE_ADMIN_ENABLED`, `admin.token text "" GATEHOUSE_ADMIN_TOKEN`,
		`upstreams list of sections "" `, `upstreams[].issuer text "" `, `upstreams[].client_id text "" `, `upstreams[].client_secret text "" `,
		`upstreams[].scopes list "openid" `, `upstreams[].timeout duration "10s" `, `upstreams[].trusted boolean "false" `, `upstreams[].claims.email text "email" `,
		`gate.routes list of sections "" `, `gate.routes[].host text "" `, `gate.routes[].rules list of sections "" `,
		`gate.routes[].rules[].path text "" `, `gate.routes[].rules[].public boolean "false" `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSecretsOfSectionsComeFromFiles(t *testing.T) {
	t.Parallel()
	secret := write(t, "secret", "hush\n")
	c, _, err := loadGate(Options{
		File: write(t, "g.yaml", "upstreams:\n  - issuer: https://one.example\n    client_secret_file: "+secret+"\n"),
		Env:  []string{"GATEHOUSE_ADMIN_TOKEN_FILE=" + secret},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Upstreams[0].Secret != "hush" || c.Admin.Token != "hush" {
		t.Errorf("the secrets are %q and %q", c.Upstreams[0].Secret, c.Admin.Token)
	}
}

// The messages, word by word.
func TestMistakesInSectionsAreShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"unknown key", "upstreams:\n  - issuer: https://one.example\n  - isuer: https://two.example\n", `
g.yaml:3:5: there is no key upstreams[1].isuer; did you mean upstreams[1].issuer?
    2 |   - issuer: https://one.example
>   3 |   - isuer: https://two.example
            ^`},
		{"unknown key with no neighbour", "gate: {routes: [{rules: [{method: GET}]}]}\n", `
g.yaml:1:27: there is no key gate.routes[0].rules[0].method; there are gate.routes[0].rules[0].path, gate.routes[0].rules[0].public
>   1 | gate: {routes: [{rules: [{method: GET}]}]}
                                  ^`},
		{"a key of a section within", "upstreams:\n  - claims: {mail: mail}\n    issuer: https://one.example\n", `
g.yaml:2:14: there is no key upstreams[0].claims.mail; did you mean upstreams[0].claims.email?
    1 | upstreams:
>   2 |   - claims: {mail: mail}
                     ^`},
		{"bad value", "upstreams:\n  - issuer: https://one.example\n    timeout: 5m\n", `
g.yaml:3:14: upstreams[0].timeout is 5m; it must be between 1s and 1m
    2 |   - issuer: https://one.example
>   3 |     timeout: 5m
                     ^`},
		{"missing", "upstreams:\n  - issuer: https://one.example\n  - client_id: x\n", `
g.yaml:3:5: upstreams[1].issuer must begin with "https://"
    2 |   - issuer: https://one.example
>   3 |   - client_id: x
            ^`},
		{"deep", "gate:\n  routes:\n    - rules:\n        - path: /\n        - path: x\n", `
g.yaml:5:17: gate.routes[0].rules[1].path must begin with "/"
    4 |         - path: /
>   5 |         - path: x
                        ^`},
		{"not a boolean", "open: yes\nadmin:\n  enabled: \"1\"\n", `
g.yaml:1:7: open must be true or false
>   1 | open: yes
              ^
g.yaml:3:12: admin.enabled must be true or false
    2 | admin:
>   3 |   enabled: "1"
                   ^`},
		{"not a list", "upstreams:\n  issuer: https://one.example\n", `
g.yaml:2:9: upstreams must be a list of sections, each with "- " before its first key
    1 | upstreams:
>   2 |   issuer: https://one.example
                ^`},
		{"not sections", "upstreams: [https://one.example]\n", `
g.yaml:1:13: upstreams[0] must hold keys, each as "name: value" on a line of its own
>   1 | upstreams: [https://one.example]
                    ^`},
		{"secret twice", "admin:\n  token: y\n  token_file: /x\n", `
g.yaml:3:3: admin.token is there twice, itself and as a file; remove one of them
    2 |   token: ********
>   3 |   token_file: /x
          ^`},
		{"secret's file missing", "admin: {token_file: /nowhere/x}\n", `
g.yaml:1:21: cannot read the file: open /nowhere/x: no such file or directory
>   1 | admin: {token_file: /nowhere/x}
                            ^`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, "g.yaml", c.file)
			_, _, err := loadGate(Options{File: file})
			if err == nil {
				t.Fatal("the configuration was taken")
			}
			got := strings.ReplaceAll(err.Error(), filepath.Dir(file)+string(filepath.Separator), "")
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestListsOfSectionsStandInTheFileOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Env: []string{"GATEHOUSE_UPSTREAMS_0_ISSUER=x"}}, "GATEHOUSE_UPSTREAMS_0_ISSUER: upstreams is a list of sections, which stands in the file only"},
		{Options{Env: []string{"GATEHOUSE_UPSTREAMS=x"}}, "GATEHOUSE_UPSTREAMS: upstreams is a list of sections, which stands in the file only"},
		{Options{Sets: []string{"upstreams=x"}}, "--set upstreams: upstreams is a list of sections, which stands in the file only"},
		{Options{Sets: []string{"upstreams[0].issuer=x"}}, "--set upstreams[0].issuer: there is no key upstreams[0].issuer; upstreams is a list of sections, which stands in the file only"},
		{Options{Sets: []string{"gate.routes.host=x"}}, "--set gate.routes.host: there is no key gate.routes.host; gate.routes is a list of sections, which stands in the file only"},
		{Options{Sets: []string{"open=1"}}, `--set open: open must be true or false`},
	} {
		if _, _, err := loadGate(c.o); err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v, want %s", c.o, err, c.want)
		}
	}
}

func TestSecretsOfSectionsStayOutOfMessages(t *testing.T) {
	t.Parallel()
	const secret = "hush-hush"
	for name, o := range map[string]Options{
		"line before":    {File: write(t, "g.yaml", "upstreams:\n  - client_secret: "+secret+"\n    timeout: 5m\n")},
		"same line":      {File: write(t, "g.yaml", "upstreams: [{client_secret: "+secret+", timeout: 5m}]\n")},
		"a slip":         {File: write(t, "g.yaml", "upstreams:\n  - client_secrt: "+secret+"\n")},
		"twice":          {File: write(t, "g.yaml", "upstreams:\n  - client_secret: "+secret+"\n    client_secret: "+secret+"\n")},
		"unclosed":       {File: write(t, "g.yaml", "admin: {token: \""+secret+"\n")},
		"not a value":    {File: write(t, "g.yaml", "admin:\n  token: ["+secret+"]\n")},
		"itself, a file": {File: write(t, "g.yaml", "admin:\n  token: "+secret+"\n  token_file: /x\n")},
		"command line":   {Sets: []string{"admin.token=" + secret}},
		"unknown":        {Env: []string{"GATEHOUSE_ADMIN_TOKN=" + secret}},
	} {
		_, _, err := loadGate(o)
		if err == nil {
			t.Errorf("%s: the configuration was taken", name)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the message shows the secret:\n%s", name, err)
		}
	}
}

func TestStructsThatCannotBeWrittenAreAProgrammersMistake(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]reflect.Type{
		"no tag": reflect.TypeFor[struct{ A string }](),
		"map": reflect.TypeFor[struct {
			A map[string]string `setting:"a"`
		}](),
		"numbers": reflect.TypeFor[struct {
			A []int `setting:"a"`
		}](),
		"in a list": reflect.TypeFor[struct {
			A []struct {
				B float64 `setting:"b"`
			} `setting:"a"`
		}](),
		"twice": reflect.TypeFor[struct {
			A string `setting:"a,secret"`
			B string `setting:"a_file"`
		}](),
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: nobody complains", name)
				}
			}()
			schemaOf(of)
		}()
	}
}
