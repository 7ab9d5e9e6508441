package config

import (
	"strings"
)

// suggest says which key somebody may have meant by path.
func suggest(path string) string {
	if i := strings.LastIndexByte(path, '.'); i > 0 && keyPaths[path[:i]] != nil {
		return path[:i] + " is a single value"
	}
	if near := nearest(path, paths(func(k *Key) string { return k.Path })); near != "" {
		return "did you mean " + near + "?"
	}
	if same := sameName(path); same != "" {
		return "did you mean " + same + "?"
	}
	section, _, _ := strings.Cut(path, ".")
	var known []string
	for i := range allKeys {
		if strings.HasPrefix(allKeys[i].Path, section+".") {
			known = append(known, allKeys[i].Path)
		}
	}
	if len(known) > 0 {
		return "there are " + strings.Join(known, ", ")
	}
	return `"gatehouse config show" lists all keys`
}

func suggestEnv(name string) string {
	names := paths(func(k *Key) string { return k.Env })
	for i := range allKeys {
		if allKeys[i].Secret {
			names = append(names, allKeys[i].Env+"_FILE")
		}
	}
	if plain, ok := strings.CutSuffix(name, "_FILE"); ok {
		if k, _ := keyOfEnv(plain); k != nil {
			return plain + " is not a secret and cannot come from a file; set it itself"
		}
	}
	if near := nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return `"gatehouse config show" lists all names`
}

func paths(f func(*Key) string) []string {
	names := make([]string, len(allKeys))
	for i := range allKeys {
		names[i] = f(&allKeys[i])
	}
	return names
}

// sameName finds the one key elsewhere whose last part is the last part of path.
func sameName(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	found := ""
	for i := range allKeys {
		if strings.HasSuffix(allKeys[i].Path, "."+last) {
			if found != "" {
				return ""
			}
			found = allKeys[i].Path
		}
	}
	return found
}

// nearest returns the name with the fewest changes from s, if they are few.
func nearest(s string, names []string) string {
	if len(s) > 100 {
		return ""
	}
	best, least := "", 1+max(2, min(4, len(s)/4))
	for _, n := range names {
		if d := distance(s, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance is Levenshtein's: how many characters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
