package gate

import (
	"net"
	"net/netip"
	"strconv"
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Config is the gate in front of protected APIs.
type Config struct {
	// Listen is the address of the gate, HOST:PORT; an empty host listens on all of the
	// machine's addresses. Unset, there is no gate.
	Listen string `setting:"listen"`
	// Routes is the folder of the files that say which requests the gate takes, what it
	// asks of them and where they go (docs/gate.md). They are read at the start, and when
	// they change. Unset, routes are kept in the database, and changed by the admin API and
	// by "gatehouse apply".
	Routes string `setting:"routes"`
	// MaxStreams is how many connections through the gate may last at a time: WebSockets,
	// server-sent events, calls of gRPC. One takes 40 to 60 kB of memory.
	MaxStreams int `setting:"max_streams"`
	// MaxStreamsPerCaller is how many of them one caller may have, and on public routes
	// one address.
	MaxStreamsPerCaller int `setting:"max_streams_per_caller"`
	// ExtAuthz is the address at which Envoy asks about its requests, by gRPC (ext_authz),
	// HOST:PORT. Unset, it asks nobody. docs/gate.md says how it is known.
	ExtAuthz string `setting:"ext_authz"`
	// UpstreamNetworks are the networks, such as 10.1.0.0/16, in which the applications
	// behind the gate must lie whose routes are kept in the database: whoever may change
	// these reaches nothing else. Those in files may lie anywhere.
	UpstreamNetworks []string `setting:"upstream_networks"`

	Decisions DecisionsConfig `setting:"decisions"`
}

// DefaultConfig is what whoever sets nothing gets.
func DefaultConfig() Config {
	return Config{MaxStreams: 10_000, MaxStreamsPerCaller: 100, Decisions: DecisionsConfig{Sample: 10, MaxMegabytes: 64, Keep: 30 * 24 * time.Hour}}
}

// Wanted reports whether there is a gate.
func (c Config) Wanted() bool { return c.Listen != "" }

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if c.Listen != "" && !isAddress(c.Listen) {
		bad = append(bad, fault.Field{Name: "listen", Problem: `is not an address; write "127.0.0.1:8082", or ":8082" for all addresses`})
	}
	if c.ExtAuthz != "" && !isAddress(c.ExtAuthz) {
		bad = append(bad, fault.Field{Name: "ext_authz", Problem: `is not an address; write "127.0.0.1:8083", or ":8083" for all addresses`})
	}
	if c.Listen == "" && c.ExtAuthz != "" {
		bad = append(bad, fault.Field{Name: "listen", Problem: "is missing; gate.ext_authz is set, and is a way to ask the gate"})
	}
	if c.Listen == "" && c.Routes != "" {
		bad = append(bad, fault.Field{Name: "listen", Problem: "is missing; gate.routes is set, and one needs the other"})
	}
	for _, f := range []fault.Field{
		{Name: "max_streams", Problem: setting.Count(c.MaxStreams, 1, 1_000_000)},
		{Name: "max_streams_per_caller", Problem: setting.Count(c.MaxStreamsPerCaller, 1, 1_000_000)},
	} {
		if f.Problem != "" {
			bad = append(bad, f)
		}
	}
	_, networks := c.Networks()
	return append(bad, networks...)
}

// InFiles reports whether files are the source of the routes.
func (c Config) InFiles() bool { return c.Routes != "" }

// Networks returns UpstreamNetworks, and what is wrong with them.
func (c Config) Networks() (all []netip.Prefix, bad []fault.Field) {
	for i, text := range c.UpstreamNetworks {
		p, err := netip.ParsePrefix(text)
		if err != nil || p != p.Masked() {
			bad = append(bad, fault.Field{Name: index("upstream_networks", i), Problem: `is not a network; write "10.1.0.0/16", or "192.0.2.7/32" for one address`})
			continue
		}
		all = append(all, p)
	}
	return all, bad
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}
