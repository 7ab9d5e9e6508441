package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The messages, word by word: they are the page that people read at three in
// the morning.
func TestMistakesInTheFileAreShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"unknown key", "log:\n  level: debug\nsession:\n  idel: 12h\n", `
g.yaml:4:3: there is no key session.idel; did you mean session.idle?
    3 | session:
>   4 |   idel: 12h
          ^`},
		{"unknown key with no neighbour", "session:\n  lifetime: 12h\n", `
g.yaml:2:3: there is no key session.lifetime; there are session.idle, session.absolute
    1 | session:
>   2 |   lifetime: 12h
          ^`},
		{"key of another section", "access_token_ttl: 5m\n", `
g.yaml:1:1: there is no key access_token_ttl; did you mean tokens.access_token_ttl?
>   1 | access_token_ttl: 5m
        ^`},
		{"far from everything", "frobnicate: 1\n", `
g.yaml:1:1: there is no key frobnicate; "gatehouse config show" lists all keys
>   1 | frobnicate: 1
        ^`},
		{"below a value", "issuer:\n  url: x\n", `
g.yaml:2:6: issuer must be a single value; anchors, aliases, tags and merges are not used here
    1 | issuer:
>   2 |   url: x
             ^`},
		{"bad duration", "session:\n  idle: soon\n", `
g.yaml:2:9: session.idle is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"
    1 | session:
>   2 |   idle: soon
                ^`},
		{"number without a unit", "session: {idle: 12}\n", `
g.yaml:1:17: session.idle is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"
>   1 | session: {idle: 12}
                        ^`},
		{"out of bounds", "tokens:\n  code_ttl: 5m\n", `
g.yaml:2:13: tokens.code_ttl is 5m; it must be between 5s and 1m
    1 | tokens:
>   2 |   code_ttl: 5m
                    ^`},
		{"not a number", "passwords:\n  slots: many\n", `
g.yaml:2:10: passwords.slots is not a whole number; write one like "16"
    1 | passwords:
>   2 |   slots: many
                 ^`},
		{"twice", "log:\n  level: info\n  level: debug\n", `
g.yaml:3:3: mapping key "level" already defined at [2:3]
    2 |   level: info
>   3 |   level: debug
          ^`},
		{"no value", "session:\n  idle:\n", `
g.yaml:2:3: session.idle has no value; remove the key, or write "" for an empty one
    1 | session:
>   2 |   idle:
          ^`},
		{"bad item", "trusted_proxies:\n  - 10.0.0.0/8\n  - everybody\n", `
g.yaml:3:5: trusted_proxies[1] is not a network; write "10.0.0.0/8", "fd00::/8" or an address like "192.0.2.7"
    2 |   - 10.0.0.0/8
>   3 |   - everybody
            ^`},
		{"not a list", "trusted_proxies: 10.0.0.0/8\n", `
g.yaml:1:18: trusted_proxies must be a list, like "[10.0.0.0/8, 192.0.2.7]"
>   1 | trusted_proxies: 10.0.0.0/8
                         ^`},
		{"section with a value", "session: 12h\n", `
g.yaml:1:10: session must hold keys, each as "name: value" on a line of its own
>   1 | session: 12h
                 ^`},
		{"not a mapping", "- issuer\n", `
g.yaml:1:1: the file must hold keys, each as "name: value" on a line of its own
>   1 | - issuer
        ^`},
		{"alias", "log: {level: &a info, format: *a}\n", `
g.yaml:1:14: log.level must be a single value; anchors, aliases, tags and merges are not used here
>   1 | log: {level: &a info, format: *a}
                     ^
g.yaml:1:31: log.format must be a single value; anchors, aliases, tags and merges are not used here
>   1 | log: {level: &a info, format: *a}
                                      ^`},
		{"merge", "log:\n  <<: {level: info}\n", `
g.yaml:2:3: this is not the name of a key; anchors, aliases, tags and merges are not used here
    1 | log:
>   2 |   <<: {level: info}
          ^`},
		{"second document", "log: {level: info}\n---\nlog: {level: warn}\n", `
g.yaml:3:4: the file holds a second document; write everything into one
    2 | ---
>   3 | log: {level: warn}
           ^`},
		{"not YAML", "log: [\n", `
g.yaml:1:6: sequence end token ']' not found
>   1 | log: [
             ^`},
		{"several at once", "session:\n  idle: x\nlog:\n  lvel: info\n", `
g.yaml:2:9: session.idle is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"
    1 | session:
>   2 |   idle: x
                ^
g.yaml:4:3: there is no key log.lvel; did you mean log.level?
    3 | log:
>   4 |   lvel: info
          ^`},
		{"form and value at once", "session:\n  idel: 12h\nlog:\n  level: loud\n", `
g.yaml:2:3: there is no key session.idel; did you mean session.idle?
    1 | session:
>   2 |   idel: 12h
          ^
g.yaml:4:10: log.level must be "debug", "info", "warn" or "error"
    3 | log:
>   4 |   level: loud
                 ^`},
		{"a value beside a slip in its section", "session:\n  idle: 60d\n  absolut: 90d\n", `
g.yaml:3:3: there is no key session.absolut; did you mean session.absolute?
    2 |   idle: 60d
>   3 |   absolut: 90d
          ^`},
		{"one value against another", "session:\n  idle: 40d\n", `
g.yaml:2:9: session.idle is 40d; it must not be longer than session.absolute, which is 30d
    1 | session:
>   2 |   idle: 40d
                ^`},
		{"http issuer", "issuer: http://id.example.com\n", `
g.yaml:1:9: issuer must begin with https:// because id.example.com is not this machine; plain http is for localhost, *.localhost, 127.0.0.0/8 and [::1] only
>   1 | issuer: http://id.example.com
                ^`},
		{"a quoted value", "# für alle\nlog: {format: 'text', level: \"loud\"}\n", `
g.yaml:2:30: log.level must be "debug", "info", "warn" or "error"
    1 | # für alle
>   2 | log: {format: 'text', level: "loud"}
                                     ^`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, Options{File: write(t, "g.yaml", c.file)})
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is found while reading and what is found while judging stand together.
func TestMistakesStandInTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	file := "listen: {public: '127.0.0.1:99999'}\nsession: {idle: 5x}\nisuer: https://id.example.test\n"
	var at []string
	for _, line := range strings.Split(refusal(t, Options{File: write(t, "g.yaml", file)}), "\n") {
		if where, _, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(where, "g.yaml:") {
			at = append(at, where)
		}
	}
	if diff := cmp.Diff([]string{"g.yaml:1:18", "g.yaml:2:17", "g.yaml:3:1"}, at); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMistakesElsewhereAreShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"unknown variable", Options{Env: []string{"GATEHOUSE_SESION_IDLE=1d"}}, "GATEHOUSE_SESION_IDLE: there is no such variable; did you mean GATEHOUSE_SESSION_IDLE?"},
		{"far from everything", Options{Env: []string{"GATEHOUSE_FROBNICATE=1"}}, `GATEHOUSE_FROBNICATE: there is no such variable; "gatehouse config show" lists all names`},
		{"file of what is no secret", Options{Env: []string{"GATEHOUSE_SESSION_IDLE_FILE=/x"}}, "GATEHOUSE_SESSION_IDLE_FILE: there is no such variable; GATEHOUSE_SESSION_IDLE is not a secret and cannot come from a file; set it itself"},
		{"bad value", Options{Env: []string{"GATEHOUSE_SESSION_IDLE=often"}}, `GATEHOUSE_SESSION_IDLE: session.idle is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"`},
		{"value and file", Options{Env: []string{"GATEHOUSE_STORE_URL=sqlite:x", "GATEHOUSE_STORE_URL_FILE=/x"}}, "GATEHOUSE_STORE_URL_FILE: GATEHOUSE_STORE_URL is set too; remove one of them"},
		{"missing secret file", Options{Env: []string{"GATEHOUSE_STORE_URL_FILE=/nowhere/at/all"}}, "GATEHOUSE_STORE_URL_FILE: cannot read the file: open /nowhere/at/all: no such file or directory"},
		{"missing file", Options{File: "/nowhere/g.yaml"}, "g.yaml: cannot read the file: open g.yaml: no such file or directory"},
		{"bad set", Options{Sets: []string{"session.idle"}}, `--set: needs KEY=VALUE, like "session.idle=12h"`},
		{"unknown set", Options{Sets: []string{"session.idel=1d"}}, "--set session.idel: there is no key session.idel; did you mean session.idle?"},
		{"section as key", Options{Sets: []string{"session=1d"}}, "--set session: there is no key session; there are session.idle, session.absolute"},
		{"list from the environment", Options{Env: []string{"GATEHOUSE_TRUSTED_PROXIES=10.0.0.0/8,us"}}, `GATEHOUSE_TRUSTED_PROXIES: trusted_proxies[1] is not a network; write "10.0.0.0/8", "fd00::/8" or an address like "192.0.2.7"`},
		{"a list of nothing", Options{Env: []string{"GATEHOUSE_TRUSTED_PROXIES=,"}}, "GATEHOUSE_TRUSTED_PROXIES: trusted_proxies names nothing between its commas; write the items with commas between them, or nothing at all"},
		{"what may follow from a file that was not read", Options{File: "/nowhere/g.yaml", Env: []string{"GATEHOUSE_BOOTSTRAP_EMAIL=ada@example.test"}}, "g.yaml: cannot read the file: open g.yaml: no such file or directory"},
		{"layers at once", Options{Env: []string{"GATEHOUSE_SESION_IDLE=1d", "GATEHOUSE_LOG_LEVEL=loud"}, Sets: []string{"tokens.code_ttl=1h"}}, "GATEHOUSE_SESION_IDLE: there is no such variable; did you mean GATEHOUSE_SESSION_IDLE?\nGATEHOUSE_LOG_LEVEL: log.level must be \"debug\", \"info\", \"warn\" or \"error\"\n--set tokens.code_ttl: tokens.code_ttl is 1h; it must be between 5s and 1m"},
		{"flag", Options{Flags: []Flag{{"--listen", "listen.public", "8080"}}}, `--listen: listen.public is not an address; write "127.0.0.1:8080", "[::1]:8080", or ":8080" for all addresses`},
		{"a default against another", Options{Sets: []string{"session.absolute=1h"}}, "session.idle is 7d; it must not be longer than session.absolute, which is 1h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, refusal(t, c.o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every bound of every part, from both sides.
func TestBadValuesAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, want string }{
		{"session.idle=59s", "must be between 1m and 90d"},
		{"session.idle=91d", "must be between 1m and 90d"},
		{"session.absolute=366d", "must be between 1m and 365d"},
		{"tokens.access_token_ttl=9s", "must be between 10s and 24h"},
		{"tokens.access_token_ttl=25h", "must be between 10s and 24h"},
		{"tokens.id_token_ttl=2d", "must be between 10s and 24h"},
		{"tokens.code_ttl=61s", "must be between 5s and 1m"},
		{"tokens.code_ttl=4s", "must be between 5s and 1m"},
		{"tokens.refresh_grace=61s", "must be between 0s and 1m"},
		{"tokens.refresh_idle=30s", "must be between 1m and 365d"},
		{"tokens.refresh_idle=91d", "must not be longer than tokens.refresh_absolute, which is 90d"},
		{"tokens.refresh_absolute=1096d", "must be between 1m and 1095d"},
		{"keys.rotate=59m", "must be between 1h and 365d"},
		{"keys.announce=19m", "must be between 20m and 30d"},
		{"keys.rotate=24h", "must be shorter than keys.rotate, which is 24h"},
		{"keys.retain=24h", "must be between 25h and 90d"},
		{"passwords.memory_kib=7167", "must be between 7168 and 1048576"},
		{"passwords.memory_kib=-1", "is not a whole number"},
		{"passwords.passes=010", "is not a whole number"},
		{"passwords.memory_kib=020000", "is not a whole number"},
		{"passwords.passes=+3", "is not a whole number"},
		{"passwords.passes=0", "must be between 1 and 16"},
		{"passwords.passes=1", "memory times passes must reach 35840"},
		{"passwords.slots=257", "must be between 0 and 256"},
		{"passwords.queue=-1", "must be between 0 and 10000"},
		{"passwords.wait=31s", "must be between 0s and 30s"},
		{"passwords.min_length=7", "must be between 8 and 64"},
		{"signin.mfa=some", `must be "administrators", "everybody" or "nobody"`},
		{"signin.interaction_ttl=30s", "must be between 1m and 24h"},
		{"signin.fresh=2h", "must be between 30s and 1h"},
		{"limits.enabled=on", `must be true or false`},
		{"limits.burst=0", "must be between 1 and 1000000"},
		{"limits.per_minute=1000001", "must be between 1 and 1000000"},
		{"limits.remembered=0", "must be between 1 and 100000000"},
		{"log.level=loud", `must be "debug", "info", "warn" or "error"`},
		{"log.format=xml", `must be "text", "json" or "auto"`},
		{"store.url=mysql://db", `must be "sqlite:PATH" or "postgres://`},
		{"store.url=sqlite:", "names no file"},
		{"store.url=sqlite:x.db?mode=rwc", `takes none here, write "sqlite:PATH"`},
		{"store.url=postgres://%zz", "cannot be read as a URL"},
		{"store.max_conns=1", "must be between 2 and 1000"},
		{"redis.url=http://localhost", `must be "redis://HOST:6379"`},
		{"redis.ca_file=ca.pem", "redis.url is missing"},
		{"listen.internal=127.0.0.1:8080", "is the address of listen.public too"},
		{"listen.internal=127.0.0.1:99999", "has no usable port"},
		{"listen.internal=127.0.0.1:http", "has no usable port"},
		{"tls.cert_file=c.pem", "tls.key_file is missing"},
		{"tls.key_file=k.pem", "tls.cert_file is missing"},
		{"bootstrap.email=a@example.test", "bootstrap.password_file is missing"},
		{"bootstrap.password_file=p", "bootstrap.email is missing"},
		{"data_dir=", "data_dir is empty"},
	} {
		if got := refusal(t, Options{Sets: []string{c.set}}); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s", c.set, got, c.want)
		}
	}
}

func TestSecretsStayOutOfMessages(t *testing.T) {
	t.Parallel()
	const password = "hush-hush"
	for name, o := range map[string]Options{
		"bad scheme":       {File: write(t, "g.yaml", "store:\n  url: mysql://gate:"+password+"@db/gate\n")},
		"bare password":    {File: write(t, "g.yaml", "store:\n  url: "+password+"\n")},
		"flow":             {File: write(t, "g.yaml", "store: {url: '"+password+"', max_conns: 1}\n")},
		"block scalar":     {File: write(t, "g.yaml", "store:\n  url: |\n    "+password+"\n  max_conns: 1\n")},
		"list":             {File: write(t, "g.yaml", "store:\n  url: [postgres, "+password+"]\n")},
		"map":              {File: write(t, "g.yaml", "store:\n  url: {password: "+password+"}\n")},
		"line before":      {File: write(t, "g.yaml", "store:\n  url: postgres://gate:"+password+"@db/gate\n  max_conns: 0\n")},
		"odd characters":   {File: write(t, "g.yaml", "store:\n  url: postgres://gate:%"+password+"/@:x@db/gate\n  max_conns: 0\n")},
		"unknown key":      {File: write(t, "g.yaml", "store:\n  uri: postgres://gate:"+password+"@db/gate\n")},
		"unclosed":         {File: write(t, "g.yaml", "store:\n  url: \"postgres://gate:"+password+"@db/gate\n")},
		"parameter":        {File: write(t, "g.yaml", "store:\n  uri: postgres://db/gate?password="+password+"\n")},
		"twice":            {File: write(t, "g.yaml", "store:\n  url: postgres://gate:"+password+"@db/x\n  url: postgres://gate:"+password+"@db/gate\n")},
		"environment":      {Env: []string{"GATEHOUSE_STORE_URL=mysql://gate:" + password + "@db/gate"}},
		"unknown variable": {Env: []string{"GATEHOUSE_STORE_URI=postgres://gate:" + password + "@db/gate"}},
		"secret file":      {Env: []string{"GATEHOUSE_STORE_URL_FILE=" + write(t, "s", password)}},
		"command line":     {Sets: []string{"store.url=postgres://gate:" + password + "@db/gate"}},
		"command line too": {Sets: []string{"store.url=postgres://db/gate?password=" + password}},
		"redis":            {Env: []string{"GATEHOUSE_REDIS_URL=redis://:" + password + "@cache?x=1"}},
	} {
		if got := refusal(t, o); strings.Contains(got, password) {
			t.Errorf("%s: the message shows the secret:\n%s", name, got)
		}
	}
}

// Such a URL connected elsewhere, with part of the password as the host's name.
func TestPasswordsThatAreNotEscapedAreRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"hush@hush", "hush/hush", "hush#hush", "hush?hush", "5/hush", "5?hush", "5#hush", "@hush", "hush@", "hu/s@h#hush", "h@us/word#1"} {
		for _, url := range []string{"postgres://gate:" + password + "@db/gate", "postgresql://gate:" + password + "@db/gate?sslmode=disable"} {
			for layer, o := range map[string]Options{
				"file": {File: write(t, "g.yaml", "store:\n  url: \""+url+"\"\n")}, "environment": {Env: []string{"GATEHOUSE_STORE_URL=" + url}},
				"secret file": {Env: []string{"GATEHOUSE_STORE_URL_FILE=" + write(t, "s", url)}},
			} {
				got := refusal(t, o)
				if !strings.Contains(got, "%40") || strings.Contains(got, "hu") || strings.Contains(got, "word#1") {
					t.Errorf("%s from the %s: %s", url, layer, got)
				}
			}
		}
	}
}

func TestSettingsHidePasswords(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"sqlite:data/gatehouse.db":              "sqlite:data/gatehouse.db",
		"postgres://db/gate":                    "postgres://db/gate",
		"postgres://gate@db/gate":               "postgres://gate@db/gate",
		"postgres://gate:word@db/gate":          "postgres://gate:********@db/gate",
		"postgres://:word@db/gate":              "postgres://:********@db/gate",
		"postgres://db/gate?password=word&a=b":  "postgres://db/gate?password=********&a=b",
		"postgres://db/gate?sslpassword=word":   "postgres://db/gate?sslpassword=********",
		"postgres://db/gate?password=wo'r\"d&a": "postgres://db/gate?password=********&a",
		"postgres://gate:w%40rd@db/gate":        "postgres://gate:********@db/gate",
	} {
		c, s := load(t, Options{Env: []string{"GATEHOUSE_STORE_URL=" + url}})
		found, _ := Explain(c, s, "store.url")
		if found.Value != want {
			t.Errorf("%s is shown as %s, want %s", url, found.Value, want)
		}
	}
}
