package ephemeral

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"gatehouse/fault"
)

// Redis names the server through which the processes of a house share what they count.
type Redis struct {
	// URL is the Redis through which several processes share their limits:
	// redis://HOST:6379, rediss://HOST:6379 with TLS, or unix:///PATH of a socket; a user
	// before an @, and another database than 0 at the end, /2 of a host and ?db=2 of a
	// socket. Unset, each process counts by itself. Nothing that lets anybody in or out
	// is kept there, and while it is away each process counts by itself, too.
	URL string `setting:"url,secret-url"`
	// Password is the one of Redis, where it asks for one and it does not stand in the
	// URL.
	Password string `setting:"password,secret"`
	// CAFile holds the certificates that may have issued the one of Redis, in PEM. Unset,
	// those of the machine may.
	CAFile string `setting:"ca_file"`
	// CertFile holds the certificate that is shown to Redis, in PEM, where it asks for
	// one; key_file has its key.
	CertFile string `setting:"cert_file"`
	// KeyFile holds the private key of cert_file, in PEM.
	KeyFile string `setting:"key_file"`
}

// Validate says what is wrong with c. It never repeats the URL, which may hold a
// password.
func (c Redis) Validate() []fault.Field {
	if c.URL == "" {
		if c != (Redis{}) {
			return []fault.Field{{Name: "url", Problem: "is missing; something else of redis is set, and nothing is used without it"}}
		}
		return nil
	}
	var bad []fault.Field
	o, problem := c.address()
	if problem != "" {
		bad = append(bad, fault.Field{Name: "url", Problem: problem})
	}
	if problem == "" && o.Password != "" && c.Password != "" {
		bad = append(bad, fault.Field{Name: "password", Problem: "is set, and another one stands in redis.url"})
	}
	secure := strings.HasPrefix(c.URL, "rediss://")
	for _, f := range []struct{ name, file, with string }{{"ca_file", c.CAFile, "-"}, {"cert_file", c.CertFile, c.KeyFile}, {"key_file", c.KeyFile, c.CertFile}} {
		switch {
		case f.file == "":
		case !secure:
			bad = append(bad, fault.Field{Name: f.name, Problem: "is set, and redis.url is not rediss://, so that there is no TLS"})
		case f.with == "":
			bad = append(bad, fault.Field{Name: f.name, Problem: "is set alone; redis.cert_file and redis.key_file belong together"})
		}
	}
	return bad
}

const rightRedis = `must be "redis://HOST:6379", "rediss://HOST:6379" or "unix:///PATH"`

// address reads the URL, or says what is wrong with it.
func (c Redis) address() (o redis.Options, problem string) {
	scheme, rest, _ := strings.Cut(c.URL, "://")
	if scheme != "redis" && scheme != "rediss" && scheme != "unix" {
		return o, rightRedis
	}
	if strings.Contains(rest, "#") || strings.Count(rest, "@") > 1 {
		return o, "has an @ or # in the user name or password that is not escaped; write @ as %40, # as %23, / as %2F, ? as %3F and % as %25"
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return o, "cannot be read as a URL; it " + rightRedis + ", with special characters of the password percent-encoded"
	}
	o.Username = u.User.Username()
	o.Password, _ = u.User.Password()
	database := strings.TrimPrefix(u.Path, "/")
	if scheme == "unix" {
		o.Network, o.Addr = "unix", u.Path
		database = u.Query().Get("db")
	} else {
		o.Network, o.Addr = "tcp", net.JoinHostPort(u.Hostname(), portOf(u))
	}
	switch {
	case scheme == "unix" && (u.Host != "" || u.Path == ""), scheme != "unix" && u.Hostname() == "":
		return o, rightRedis
	case scheme == "unix" && u.RawQuery != "" && u.RawQuery != "db="+database, scheme != "unix" && u.RawQuery != "":
		return o, "has parameters; it " + rightRedis
	}
	if database != "" {
		if o.DB, err = strconv.Atoi(database); err != nil || o.DB < 0 {
			return o, "ends in what is no number of a database"
		}
	}
	return o, ""
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return "6379"
}

// options are how we speak to Redis: impatiently, with few connections, and without what
// else the library offers by itself. A script that was sent may have counted, so that
// nothing is sent twice.
func (c Redis) options() (*redis.Options, error) {
	o, problem := c.address()
	if problem != "" {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "redis.config", Detail: "The address of Redis cannot be used.", Fields: c.Validate()}
	}
	if c.Password != "" {
		o.Password = c.Password
	}
	o.Protocol, o.DisableIdentity = 2, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.MaxRetries, o.DialerRetries = -1, 1
	o.ContextTimeoutEnabled = true
	o.DialTimeout, o.PoolTimeout, o.ReadTimeout, o.WriteTimeout = probePatience, patience, probePatience, probePatience
	o.PoolSize, o.MaxActiveConns, o.PipelinePoolSize = connections, connections, -1
	o.ReadBufferSize, o.WriteBufferSize = 4<<10, 4<<10
	if strings.HasPrefix(c.URL, "rediss://") {
		var err error
		if o.TLSConfig, err = c.tls(o.Addr); err != nil {
			return nil, err
		}
	}
	return &o, nil
}

const connections = 32

// Unusable says what cannot be used of the files that c names, by their keys.
func (c Redis) Unusable() []fault.Field {
	var bad []fault.Field
	if _, err := c.roots(); err != nil {
		bad = append(bad, fault.Field{Name: "redis.ca_file", Problem: "cannot be used: " + err.Error()})
	}
	if _, err := c.own(); err != nil {
		bad = append(bad, fault.Field{Name: "redis.cert_file", Problem: "and redis.key_file cannot be used: " + err.Error()})
	}
	return bad
}

// roots are those that may have issued the certificate of Redis; nil: those of the machine.
func (c Redis) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("there is no certificate in %s", c.CAFile)
	}
	return roots, nil
}

// own is the certificate that Redis is shown, none where it asks for none.
func (c Redis) own() ([]tls.Certificate, error) {
	if c.CertFile == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	return []tls.Certificate{pair}, err
}

func (c Redis) tls(address string) (*tls.Config, error) {
	if bad := c.Unusable(); len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "redis.config", Detail: "Files of the configuration of Redis cannot be used.", Fields: bad}
	}
	host, _, _ := net.SplitHostPort(address)
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	t.RootCAs, _ = c.roots() // looked at above
	t.Certificates, _ = c.own()
	return t, nil
}
