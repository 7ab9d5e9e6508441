package shopapi

import (
	"fmt"
	"net/http"
	"strconv"
)

// page is what of a list is asked for.
type page struct{ limit, offset int }

func pageOf(r *http.Request) (page, error) {
	p := page{limit: 20}
	for _, n := range []struct {
		name string
		into *int
		most int
	}{{"limit", &p.limit, 100}, {"offset", &p.offset, 1_000_000}} {
		text := r.URL.Query().Get(n.name)
		if text == "" {
			continue
		}
		value, err := strconv.Atoi(text)
		if err != nil || value < 0 || value > n.most {
			return p, invalid(field{n.name, fmt.Sprintf("must be a number up to %d", n.most)})
		}
		*n.into = value
	}
	return p, nil
}

// choice is a value of the query that is one of a few.
func choice(r *http.Request, name string, of map[string]string, usual string) (string, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	chosen, ok := of[text]
	if !ok {
		return "", invalid(field{name, "is not one of those that there are"})
	}
	return chosen, nil
}
