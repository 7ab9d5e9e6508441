package config

import (
	"regexp"
	"sort"
	"strings"
)

// environment is what concerns Gatehouse in the process's environment.
type environment struct {
	file   string            // GATEHOUSE_CONFIG
	values map[string]string // by name
	names  []string          // in order
}

// kubernetes matches what is not ours: Kubernetes puts such variables into every pod
// beside a Service that is called gatehouse, or gatehouse-internal and the like.
var kubernetes = regexp.MustCompile(`^GATEHOUSE_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|` +
	`^GATEHOUSE_([A-Z0-9_]+_)?PORT=(tcp|udp|sctp)://`)

// environmentOf picks what begins with GATEHOUSE_. An empty value counts as not
// set: that is what composed files leave behind for a variable nobody filled.
func environmentOf(env []string) environment {
	e := environment{values: map[string]string{}}
	for _, kv := range env {
		name, value, ok := strings.Cut(kv, "=")
		if !ok || value == "" || !strings.HasPrefix(name, Prefix) {
			continue
		}
		if strings.HasPrefix(name, Prefix+"TEST_") || kubernetes.MatchString(kv) {
			continue
		}
		if name == Prefix+"KEY" {
			continue // of commands that ask a server elsewhere
		}
		if name == Prefix+"CONFIG" {
			e.file = value
			continue
		}
		if _, twice := e.values[name]; !twice {
			e.names = append(e.names, name)
		}
		e.values[name] = value
	}
	sort.Strings(e.names)
	return e
}

func (l *loader) readEnv(e environment) {
	for _, name := range e.names {
		src := Source{Layer: Environment, Name: name}
		k, file := l.schema.ofEnv(name)
		if k == nil {
			l.unreadable(src, l.schema.orMeantEnv(name), l.schema.strange(name))
			continue
		}
		if _, both := e.values[k.Env]; file && both {
			l.unreadable(src, k.Path, k.Env+" is set too; remove one of them")
			continue
		}
		l.set(l.whole(), k, e.values[name], file, src)
	}
}

// ofEnv returns the key of a variable, and whether the variable names a file that
// holds the value.
func (s *schema) ofEnv(name string) (k *Key, file bool) {
	for path, k := range s.paths {
		if k.Env != "" && envName(path) == name {
			return k, path != k.Path
		}
	}
	return nil, false
}

// strange says what is wrong with a variable that stands for no key.
func (s *schema) strange(name string) string {
	for i := range s.keys {
		k := &s.keys[i]
		if list := envName(k.Path); k.Kind == Sections && (name == list || strings.HasPrefix(name, list+"_")) {
			return k.Path + " " + fileOnly
		}
	}
	return "there is no such variable; " + s.suggestEnv(name)
}
