package gate

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// CORSSpec is which pages of other sites may use a route (the CORS protocol of the Fetch
// standard).
type CORSSpec struct {
	Origins     []string `json:"origins"`               // https://www.example.com, or * alone
	Methods     []string `json:"methods,omitempty"`     // default: those of the route
	Headers     []string `json:"headers,omitempty"`     // that pages may send
	Expose      []string `json:"expose,omitempty"`      // that they may read
	Credentials bool     `json:"credentials,omitempty"` // with cookies; origins are named then
	MaxAge      string   `json:"max_age,omitempty"`     // of the answer to a preflight; default: 10m
}

// IsZero reports whether nothing is said.
func (s CORSSpec) IsZero() bool {
	return len(s.Origins)+len(s.Methods)+len(s.Headers)+len(s.Expose) == 0 && !s.Credentials && s.MaxAge == ""
}

// CORS is a compiled CORSSpec.
type CORS struct {
	Origins     []string
	Any         bool // pages of every site, without credentials
	Methods     []string
	Headers     []string // in small letters
	Expose      []string
	Credentials bool
	MaxAge      time.Duration
}

// Allows reports whether pages of an origin may use the route.
func (c *CORS) Allows(origin string) bool { return c.Any || slices.Contains(c.Origins, origin) }

const (
	usualPreflight = 10 * time.Minute
	maxPreflight   = 2 * time.Hour // browsers keep one no longer
	maxSites       = 100
)

func (c *compiler) cors(r *Route, spec *CORSSpec) *CORS {
	if spec.IsZero() {
		return nil
	}
	k := &CORS{Credentials: spec.Credentials, Methods: spec.Methods, Expose: spec.Expose}
	c.sites(k, spec)
	for i, method := range spec.Methods {
		if !r.takes(method) {
			c.problem(index("spec.cors.methods", i), "is a method that the route does not take")
		}
	}
	if len(k.Methods) == 0 {
		k.Methods = r.Methods
	}
	c.headerNames("spec.cors.headers", spec.Headers)
	for _, name := range spec.Headers {
		k.Headers = append(k.Headers, strings.ToLower(name))
	}
	c.headerNames("spec.cors.expose", spec.Expose)
	k.MaxAge = c.duration("spec.cors.max_age", spec.MaxAge, usualPreflight, maxPreflight)
	return k
}

// sites reads whose pages may use the route.
func (c *compiler) sites(k *CORS, spec *CORSSpec) {
	if n := len(spec.Origins); n == 0 || n > maxSites {
		c.problem("spec.cors.origins", "must be between 1 and %d", maxSites)
	}
	for i, origin := range spec.Origins {
		switch at := index("spec.cors.origins", i); {
		case origin == "*" && spec.Credentials:
			c.problem(at, "is every site, and spec.cors.credentials is true; with credentials sites are named")
		case origin == "*" && len(spec.Origins) > 1:
			c.problem(at, "is every site; it stands alone")
		case origin == "*":
			k.Any = true
		case !isOrigin(origin):
			c.problem(at, "must be the origin of a site as browsers write it, such as https://www.example.com")
		default:
			k.Origins = append(k.Origins, origin)
		}
	}
}

func (c *compiler) headerNames(field string, names []string) {
	for i, name := range names {
		if !Plain(name) {
			c.problem(index(field, i), "%q is no name of a header", short(name))
		}
	}
}

// index names an item of a list.
func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
