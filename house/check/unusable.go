package check

import (
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/ui/brand"
)

// Unusable opens what a start would open of the files that c names, and says by
// their keys what is wrong with them.
func Unusable(c config.Config) []fault.Field {
	var bad []fault.Field
	if t := c.Web.TLS; t.CertFile != "" && t.KeyFile != "" {
		if _, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile); err != nil {
			bad = append(bad, fault.Field{Name: "tls.cert_file", Problem: "and tls.key_file cannot be used: " + err.Error()})
		}
	}
	if name := c.Bootstrap.PasswordFile; name != "" {
		if f, err := os.Open(name); err != nil {
			bad = append(bad, fault.Field{Name: "bootstrap.password_file", Problem: "cannot be read: " + err.Error()})
		} else {
			_ = f.Close() // it was only opened to see whether it can be
		}
	}
	if name := c.Audit.CheckpointFile; name != "" {
		if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
			bad = append(bad, fault.Field{Name: "audit.checkpoint_file", Problem: "lies in " + filepath.Dir(name) + ", which is no directory"})
		}
	}
	bad = append(bad, c.Redis.Unusable()...)
	if _, err := brand.Open(c.Brand); err != nil {
		said := err.Error()
		if e, ok := errors.AsType[*fault.Error](err); ok {
			said = strings.TrimPrefix(e.Detail, "brand.logo: ")
		}
		bad = append(bad, fault.Field{Name: "brand.logo", Problem: "cannot be used: " + strings.TrimSuffix(said, ".")})
	}
	if info, err := os.Stat(c.DataDir); err == nil && !info.IsDir() {
		bad = append(bad, fault.Field{Name: "data_dir", Problem: c.DataDir + " is a file; it must be a directory"})
	}
	return bad
}
