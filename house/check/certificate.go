package check

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"gatehouse/config"
)

// stage is where a moment lies in the days of a certificate.
type stage int

const (
	lasting stage = iota
	soonOver
	over
	early
)

// soon is how long before its end a certificate is worth a word: a renewal that
// works has happened by then.
const soon = 14 * 24 * time.Hour

func stageOf(leaf *x509.Certificate, now time.Time) stage {
	switch {
	case now.After(leaf.NotAfter):
		return over
	case now.Before(leaf.NotBefore):
		return early
	case now.Add(soon).After(leaf.NotAfter):
		return soonOver
	}
	return lasting
}

// Certificate looks whether the pair that the configuration names, if it names
// one, can be used and leads to a root; its host and its days are Advise's. roots
// are whom it believes; nil: whom this machine does.
func Certificate(c config.Config, now time.Time, roots *x509.CertPool) []Finding {
	t := c.Web.TLS
	if t.CertFile == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return []Finding{{
			"tls.load", Problem, fmt.Sprintf("the certificate in %s and %s cannot be used: %v", t.CertFile, t.KeyFile, err),
			"Look whether tls.cert_file and tls.key_file are right, and belong together.",
		}}
	}
	var chain []*x509.Certificate
	for _, der := range pair.Certificate {
		if cert, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, cert)
		}
	}
	if f, ok := untrusted(chain, "the certificate in "+t.CertFile, now, roots); !ok {
		return []Finding{f}
	}
	return nil
}

// Chain looks at a certificate chain, the leaf first, as somebody would who asks
// for host at now and believes roots. name is what findings call it.
func Chain(chain []*x509.Certificate, host, name string, now time.Time, roots *x509.CertPool) []Finding {
	if len(chain) == 0 {
		return []Finding{{"tls.load", Problem, name + " is empty", "Put the certificate and its intermediates into one file."}}
	}
	leaf := chain[0]
	var found []Finding
	if err := leaf.VerifyHostname(host); err != nil {
		found = append(found, Finding{
			"tls.host", Problem, fmt.Sprintf("%s is not for %s, so no browser and no application accepts it (it is for %v)", name, host, leaf.DNSNames),
			"Get a certificate for " + host + ", or correct issuer.",
		})
	}
	found = append(found, Lasting(leaf, name, now)...)
	if f, ok := untrusted(chain, name, now, roots); !ok {
		found = append(found, f)
	}
	return found
}

// Lasting looks at the days of a certificate.
func Lasting(leaf *x509.Certificate, name string, now time.Time) []Finding {
	end := leaf.NotAfter.UTC().Format(time.DateOnly)
	switch stageOf(leaf, now) {
	case over:
		return []Finding{{"tls.expiry", Problem, name + " expired on " + end, "Renew it; a changed file is picked up within seconds."}}
	case early:
		return []Finding{{"tls.expiry", Problem, name + " is not valid before " + leaf.NotBefore.UTC().Format(time.DateOnly), "Look at the clock of this machine, or wait."}}
	case soonOver:
		return []Finding{{"tls.expiry", Warning, name + " expires on " + end, "Renew it; a changed file is picked up within seconds."}}
	}
	return nil
}

// untrusted tells of a chain that does not lead to one of roots.
func untrusted(chain []*x509.Certificate, name string, now time.Time, roots *x509.CertPool) (Finding, bool) {
	leaf := chain[0]
	if s := stageOf(leaf, now); s == over || s == early {
		return Finding{}, true // that was said, and hides everything else
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Intermediates: between, Roots: roots, CurrentTime: now})
	var unknown x509.UnknownAuthorityError
	switch {
	case err == nil:
		return Finding{}, true
	case errors.As(err, &unknown) && len(chain) == 1 && leaf.Issuer.String() != leaf.Subject.String():
		return Finding{
			"tls.chain", Warning, name + " comes without its intermediate certificate: browsers may know that one, applications do not",
			"Put the certificate and its intermediates, in this order, into one file (often called fullchain.pem).",
		}, false
	}
	return Finding{
		"tls.chain", Warning, fmt.Sprintf("this machine does not trust %s (%v)", name, err),
		"If it is of a CA of your own, let every machine that uses Gatehouse trust that one; else get one of a public CA.",
	}, false
}
