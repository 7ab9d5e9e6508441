package config

import (
	"fmt"
	"os"
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
// beside a Service that is called gatehouse.
var kubernetes = regexp.MustCompile(`^GATEHOUSE_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// environment picks what begins with GATEHOUSE_. An empty value counts as not
// set: that is what composed files leave behind for a variable nobody filled.
func (l *loader) environment(env []string) environment {
	e := environment{values: map[string]string{}}
	for _, kv := range env {
		name, value, ok := strings.Cut(kv, "=")
		if !ok || value == "" || !strings.HasPrefix(name, Prefix) {
			continue
		}
		if strings.HasPrefix(name, Prefix+"TEST_") || kubernetes.MatchString(name) {
			continue
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
		k, file := keyOfEnv(name)
		src := Source{Kind: Environment, Name: name}
		if k == nil {
			l.problem(src, "there is no such variable; "+suggestEnv(name))
			continue
		}
		value := e.values[name]
		if file {
			var err error
			if value, err = l.secretFile(e, k, name); err != nil {
				l.problem(src, err.Error())
				continue
			}
		}
		l.set(k, value, src)
	}
}

// keyOfEnv returns the key of a variable, and whether the variable names a file
// that holds the value.
func keyOfEnv(name string) (*Key, bool) {
	for i := range allKeys {
		k := &allKeys[i]
		if k.Env == name {
			return k, false
		}
		if k.Secret && k.Env+"_FILE" == name {
			return k, true
		}
	}
	return nil, false
}

// secretFile reads the file that name names; one newline at its end is not part
// of the value.
func (l *loader) secretFile(e environment, k *Key, name string) (string, error) {
	if _, both := e.values[k.Env]; both {
		return "", fmt.Errorf("%s is set too; remove one of them", k.Env)
	}
	b, err := os.ReadFile(e.values[name])
	if err != nil {
		return "", fmt.Errorf("cannot read the file: %w", err)
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if value == "" {
		return "", fmt.Errorf("the file %s is empty", e.values[name])
	}
	return value, nil
}
