package gate

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
)

// isForClients reports whether a certificate says that it is for clients. One that says
// nothing of what it is for passes for everything where it is verified: also that of a server
// which somebody else runs.
func isForClients(leaf *x509.Certificate) bool {
	return slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
}

// Of RFC 5280 section 4.2.1.6.
var subjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

const tagURI = 6

// urisOf are the URIs among the subject alternative names, as they stand there: crypto/x509
// parses them, and two different ones may come to one text (scheme, escapes).
func urisOf(c *x509.Certificate) (uris []string) {
	for _, extension := range c.Extensions {
		if !extension.Id.Equal(subjectAltName) {
			continue
		}
		var names []asn1.RawValue
		if rest, err := asn1.Unmarshal(extension.Value, &names); err != nil || len(rest) > 0 {
			return nil
		}
		for _, name := range names {
			if name.Class == asn1.ClassContextSpecific && name.Tag == tagURI && !name.IsCompound {
				uris = append(uris, string(name.Bytes))
			}
		}
	}
	return uris
}

// subjectOf is the whole name of whose a certificate is, as it stands there: the names of
// crypto/x509 are sorted by what they are, and two different ones may look alike.
func subjectOf(c *x509.Certificate) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(c.RawSubject, &name); err != nil || len(rest) > 0 {
		return ""
	}
	return name.String()
}

func sumOfChain(shown []*x509.Certificate) digest {
	h := sha256.New()
	for _, one := range shown {
		h.Write(one.Raw) // DER says itself how long it is
	}
	return digest(h.Sum(nil))
}

// parseAuthorities reads certificates of authorities. A file that has one which is none is
// not half a file: whoever wrote it meant all of it.
func parseAuthorities(text []byte) (*x509.CertPool, error) {
	pool, found := x509.NewCertPool(), false
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("must have certificates alone")
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("has a certificate that cannot be read: %w", err)
		}
		if !one.IsCA {
			return nil, fmt.Errorf("has the certificate of %s, which is no authority", strings.ToValidUTF8(subjectOf(one), "?"))
		}
		pool.AddCert(one)
		found = true
	}
	if !found {
		return nil, fmt.Errorf("must have the certificate of an authority in PEM")
	}
	return pool, nil
}
