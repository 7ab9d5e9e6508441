package config

import (
	"reflect"
	"testing"
)

func TestEnvironmentNamesAreUnique(t *testing.T) {
	t.Parallel()
	owner := map[string]string{Prefix + "CONFIG": "the file's name"}
	claim := func(env, path string) {
		if o, taken := owner[env]; taken {
			t.Errorf("%s stands for %s and for %s", env, o, path)
		}
		owner[env] = path
	}
	for _, k := range Keys() {
		if k.Env == "" {
			continue // in the file only
		}
		claim(k.Env, k.Path)
		if k.Secret {
			claim(k.Env+"_FILE", k.Path+", as a file")
		}
		if kubernetes.MatchString(k.Env + "=tcp://10.0.0.1:80") {
			t.Errorf("%s would be taken for a variable of Kubernetes", k.Env)
		}
	}
}

// Scripts and other people's files rely on these.
func TestKeysThatScriptsRelyOn(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"issuer", "data_dir", "store.url", "redis.url", "listen.public", "listen.internal", "tls.cert_file", "tls.key_file",
		"master_key_file", "trusted_proxies", "log.level", "log.format", "bootstrap.email", "bootstrap.password_file",
	} {
		if product.paths[path] == nil {
			t.Errorf("%s is gone", path)
		}
	}
}

func TestEveryKeyIsReadBackAsItIsWritten(t *testing.T) {
	t.Parallel()
	def := Default()
	was := reflect.ValueOf(&def).Elem()
	for i := range product.keys {
		k := &product.keys[i]
		if k.Kind == Sections {
			continue // has no text of its own
		}
		c := Default()
		is := reflect.ValueOf(&c).Elem()
		if err := k.set(is, k.get(was)); err != nil {
			t.Errorf("%s: its own default %q %v", k.Path, k.get(was), err)
		}
		if k.get(is) != k.get(was) {
			t.Errorf("%s was %q and is %q", k.Path, k.get(was), k.get(is))
		}
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	t.Parallel()
	c, s := load(t, Options{})
	for _, k := range Keys() {
		found, problem := Explain(c, s, k.Path)
		if problem != "" || found.Doc == "" {
			t.Errorf("%s: %q %s", k.Path, found.Doc, problem)
		}
	}
	if _, problem := Explain(c, s, "session.idel"); problem != "there is no key session.idel; did you mean session.idle?" {
		t.Error(problem)
	}
}
