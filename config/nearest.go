package config

import (
	"strings"

	"gatehouse/setting"
)

// suggest says which key somebody may have meant by path, in the section of a
// list that prefix names.
func (s *schema) suggest(path, prefix string) string {
	if list := s.listIn(path); list != "" {
		return join(prefix, list) + " " + fileOnly
	}
	if i := strings.LastIndexByte(path, '.'); i > 0 && s.paths[path[:i]] != nil {
		return join(prefix, path[:i]) + " is a single value"
	}
	if near := s.meant(path); near != "" {
		return "did you mean " + join(prefix, near) + "?"
	}
	if known := s.siblings(path, prefix); len(known) > 0 {
		return "there are " + strings.Join(known, ", ")
	}
	return `"gatehouse config show" lists all keys`
}

// listIn returns the list of sections that path, like "upstreams[1].issuer", goes
// into, "" if it goes into none.
func (s *schema) listIn(path string) string {
	for i := range s.keys {
		k := &s.keys[i]
		if k.Kind == Sections && (strings.HasPrefix(path, k.Path+"[") || strings.HasPrefix(path, k.Path+".")) {
			return k.Path
		}
	}
	return ""
}

// meant returns the key that somebody most likely meant by path, "" if none is
// near.
func (s *schema) meant(path string) string {
	var names []string
	for i := range s.keys {
		names = append(names, s.keys[i].names()...)
	}
	if near := Nearest(path, names); near != "" {
		return near
	}
	return s.sameName(path)
}

// orMeant is path, or the key that somebody most likely meant by it.
func (s *schema) orMeant(path string) string {
	if near := s.meant(path); near != "" {
		return near
	}
	return path
}

// orMeantEnv is the key whose variable somebody most likely meant by name, or as
// much of a path as the name says.
func (s *schema) orMeantEnv(name string) string {
	return s.orMeant(strings.ToLower(strings.Replace(strings.TrimPrefix(name, Prefix), "_", ".", 1)))
}

// siblings returns the keys of the section that path begins with, or else those of
// the section of a list that prefix names.
func (s *schema) siblings(path, prefix string) []string {
	section, _, _ := strings.Cut(path, ".")
	all := prefix != "" && !s.holds(section)
	var known []string
	for i := range s.keys {
		if all || strings.HasPrefix(s.keys[i].Path, section+".") {
			known = append(known, join(prefix, s.keys[i].Path))
		}
	}
	return known
}

// suggestEnv says which variable somebody may have meant by name.
func (s *schema) suggestEnv(name string) string {
	if plain, ok := strings.CutSuffix(name, "_FILE"); ok {
		if k, _ := s.ofEnv(plain); k != nil {
			return plain + " is not a secret and cannot come from a file; set it itself"
		}
	}
	var names []string
	for i := range s.keys {
		if s.keys[i].Env == "" {
			continue
		}
		for _, path := range s.keys[i].names() {
			names = append(names, envName(path))
		}
	}
	if near := Nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return `"gatehouse config show" lists all names`
}

// sameName finds the one key elsewhere whose last part is the last part of path.
func (s *schema) sameName(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	found := ""
	for i := range s.keys {
		if strings.HasSuffix(s.keys[i].Path, "."+last) {
			if found != "" {
				return ""
			}
			found = s.keys[i].Path
		}
	}
	return found
}

// Nearest returns the name with the fewest changes from s, if they are few.
func Nearest(s string, names []string) string { return setting.Nearest(s, names) }
