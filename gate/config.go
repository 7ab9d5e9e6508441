package gate

import (
	"net"
	"strconv"

	"gatehouse/fault"
)

// Config is the gate in front of protected APIs.
type Config struct {
	// Listen is the address of the gate, HOST:PORT; an empty host listens on all of the
	// machine's addresses. Unset, there is no gate.
	Listen string `setting:"listen"`
	// Routes is the folder of the files that say which requests the gate takes, what it
	// asks of them and where they go (docs/gate.md). They are read at the start, and when
	// they change.
	Routes string `setting:"routes"`
}

// Wanted reports whether there is a gate.
func (c Config) Wanted() bool { return c.Listen != "" }

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if c.Listen != "" && !isAddress(c.Listen) {
		bad = append(bad, fault.Field{Name: "listen", Problem: `is not an address; write "127.0.0.1:8082", or ":8082" for all addresses`})
	}
	if c.Listen != "" && c.Routes == "" {
		bad = append(bad, fault.Field{Name: "routes", Problem: "is missing; gate.listen is set, and a gate without routes lets nothing through"})
	}
	if c.Listen == "" && c.Routes != "" {
		bad = append(bad, fault.Field{Name: "listen", Problem: "is missing; gate.routes is set, and one needs the other"})
	}
	return bad
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}
