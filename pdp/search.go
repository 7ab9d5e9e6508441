package pdp

import (
	"encoding/json"
	"maps"
	"math"
	"strconv"
	"strings"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/secret"
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
	box   secret.Box // opens the tokens of whoever asks the same again
}

// page reads the page of a request (section 8.2). A token is for the same request
// alone, asked by the same caller.
func (c *call) page() (page, error) {
	p := page{limit: -1, box: c.box()}
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

// box has a key that is made of all that must not change between two pages.
func (c *call) box() secret.Box {
	asked := maps.Clone(c.body)
	delete(asked, "page")
	text, _ := json.Marshal(asked) // it was JSON when it came, and maps are written in order
	return secret.NewBox(secret.MAC(c.key, "page\x00"+c.path+"\x00"+string(c.Subject.Kind)+"\x00"+c.Subject.ID+"\x00"+string(text)))
}

// tokenStep is of what the length of what is sealed in a token is a multiple, in bytes.
const tokenStep = 64

// token is where the page behind one that ends with last begins. It is sealed: a page may
// end at somebody whom its caller has nothing to do with.
func (p page) token(last string) (string, error) {
	place := strconv.Itoa(p.limit) + " " + last
	if short := len(place) % tokenStep; short > 0 {
		place += strings.Repeat("\x00", tokenStep-short)
	}
	return p.box.Seal([]byte(place))
}

// from goes on where a token says. Whoever leaves the limit out means that of before.
func (p page) from(token string) (page, error) {
	place, err := p.box.Open(token)
	if err != nil {
		return p, badToken()
	}
	text, last, ok := strings.Cut(strings.TrimRight(string(place), "\x00"), " ")
	limit, err := strconv.Atoi(text)
	if err != nil || !ok || limit < 0 || limit > maxPage || p.limit >= 0 && p.limit != limit {
		return p, badToken()
	}
	p.limit, p.after = limit, last
	return p, nil
}

func badToken() *fault.Error {
	return fault.New(fault.Malformed, "search.token", "The page token is not of this search, or the request has changed since the page before.")
}

// gather takes those of the names, which are in order, that may be, up to a page of
// them. A page ends early where conditions took long.
func (c *call) gather(p page, names []string, may func(name string) (bool, error), result func(name string) any) (answer searched, err error) {
	answer.Results = []any{}
	last, more := p.after, false
	for _, name := range names {
		if name <= p.after {
			continue
		}
		if c.Err() != nil {
			return answer, busy(c.Err())
		}
		if more = c.meter.Full(); more {
			break
		}
		ok, err := may(name)
		if err != nil {
			return answer, err
		}
		if more = ok && len(answer.Results) == p.limit; more {
			break
		}
		if last = name; ok {
			answer.Results = append(answer.Results, result(name))
		}
	}
	answer.Page.Count = len(answer.Results)
	if more {
		answer.Page.Next, err = p.token(last)
	}
	return answer, err
}

// allowed reports whether q is allowed.
func allowed(s *access.Snapshot, q *access.Question) (bool, error) {
	d, err := s.Decide(q)
	return d.Outcome == access.Allowed, err
}
