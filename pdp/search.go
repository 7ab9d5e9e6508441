package pdp

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"strconv"
	"strings"

	"gatehouse/access"
	"gatehouse/fault"
)

// How many results a page has: where the caller does not say, and at most.
const (
	defaultPage = 100
	maxPage     = 1000
)

// searched is the answer to a search (Authorization API 1.0 section 8.3).
type searched struct {
	Page    pageOut        `json:"page"`
	Context *searchContext `json:"context,omitempty"`
	Results []any          `json:"results"`
}

type pageOut struct {
	Next  string `json:"next_token"`
	Count int    `json:"count"`
}

// searchContext says what cannot be listed.
type searchContext struct {
	Unlisted []access.Place `json:"unlisted,omitempty"`
}

// page is which part of the results is asked for.
type page struct {
	after string
	limit int
	same  string // what the next page must ask again
}

// page reads the page of a request (section 8.2). A token is for the same request
// alone, asked by the same caller.
func (c *call) page() (page, error) {
	p := page{limit: -1, same: c.sameness()}
	f := member("page", partOf(c.body, "page", part{}), false)
	if f.err != nil {
		return p, f.err
	}
	if v, ok := f.object["limit"]; ok {
		n, isNumber := v.(float64)
		if !isNumber || n < 0 || n != math.Trunc(n) {
			return p, wrong("page.limit", "must be a whole number")
		}
		p.limit = int(min(n, maxPage))
	}
	r := &reading{}
	if token := r.text(f, "token", 2*maxID, false); token != "" {
		return p.from(token)
	}
	if p.limit < 0 {
		p.limit = defaultPage
	}
	return p, r.err
}

// sameness is a digest of all that must not change between two pages.
func (c *call) sameness() string {
	asked := maps.Clone(c.body)
	delete(asked, "page")
	text, _ := json.Marshal(asked) // it was JSON when it came, and maps are written in order
	sum := sha256.Sum256([]byte(c.path + "\x00" + string(c.Subject.Kind) + "\x00" + c.Subject.ID + "\x00" + string(text)))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// token is where the page behind one that ends with last begins.
func (p page) token(last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(p.same + " " + strconv.Itoa(p.limit) + " " + last))
}

// from goes on where a token says. Whoever leaves the limit out means that of before.
func (p page) from(token string) (page, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	parts := strings.SplitN(string(text), " ", 3)
	if err != nil || len(parts) != 3 || parts[0] != p.same {
		return p, badToken()
	}
	limit, err := strconv.Atoi(parts[1])
	if err != nil || limit < 0 || limit > maxPage || p.limit >= 0 && p.limit != limit {
		return p, badToken()
	}
	p.limit, p.after = limit, parts[2]
	return p, nil
}

func badToken() *fault.Error {
	return fault.New(fault.Malformed, "search.token", "The page token is not of this search, or the request has changed since the page before.")
}

// gather takes those of the names, which are in order, that may be, up to a page of
// them. A page ends early where conditions took long.
func (c *call) gather(p page, names []string, may func(name string) (bool, error), result func(name string) any) (searched, error) {
	answer, last := searched{Results: []any{}}, p.after
	for _, name := range names {
		if name <= p.after {
			continue
		}
		if c.Err() != nil {
			return answer, busy(c.Err())
		}
		if c.meter.Full() {
			answer.Page.Next = p.token(last)
			break
		}
		ok, err := may(name)
		if err != nil {
			return answer, err
		}
		if ok && len(answer.Results) == p.limit {
			answer.Page.Next = p.token(last)
			break
		}
		if last = name; ok {
			answer.Results = append(answer.Results, result(name))
		}
	}
	answer.Page.Count = len(answer.Results)
	return answer, nil
}

// allowed reports whether q is allowed.
func allowed(s *access.Snapshot, q *access.Question) (bool, error) {
	d, err := s.Decide(q)
	return d.Outcome == access.Allowed, err
}
