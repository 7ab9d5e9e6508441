package gate

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"testing"
	"time"

	"gatehouse/internal/testcert"
)

// What a certificate says is compared as it stands there: a name that some parser mends is
// another one. And it has to say that it is for clients.
func TestACertificateIsWorthWhatStandsInIt(t *testing.T) {
	t.Parallel()
	ca := testcert.New(t)
	const jobs = "spiffe://partner.test/jobs"
	s, err := Compile([]Object{{ID: "devices", ClientCA: &ClientCASpec{CAFile: ca.File, Callers: []CertificateCallerSpec{
		{URI: jobs, Service: "jobs"}, {URI: "spiffe://partner.test/a b", Service: "blank"}, {DNS: "jobs.partner.test", Service: "host"}, {Subject: "CN=boss", Service: "boss"},
	}}}})
	if err == nil {
		err = s.Prove(os.ReadFile)
	}
	if err != nil {
		t.Fatal(err)
	}
	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for name, c := range map[string]struct {
		uris   []string
		usages []x509.ExtKeyUsage
		want   string // the service account, "" for nobody
	}{
		"as it is":                   {[]string{jobs}, client, "jobs"},
		"beside another":             {[]string{"https://x.test", jobs}, client, "jobs"},
		"a scheme in capitals":       {[]string{"SPIFFE://partner.test/jobs"}, client, ""},
		"an escape that comes to it": {[]string{"spiffe://partner.test/%6Aobs"}, client, ""},
		"a host in capitals":         {[]string{"spiffe://PARTNER.test/jobs"}, client, ""},
		"an empty fragment":          {[]string{jobs + "#"}, client, ""},
		"what reads as a rule":       {[]string{"spiffe://partner.test/a%20b"}, client, ""},
		"for servers and clients":    {[]string{jobs}, append([]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, client...), "jobs"},
		"for servers":                {[]string{jobs}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, ""},
		"for anything":               {[]string{jobs}, []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, ""},
		"for nothing that it says":   {[]string{jobs}, nil, ""},
		"of nobody":                  {nil, client, ""},
	} {
		leaf := certificateFor(t, ca, c.uris, c.usages)
		got, err := s.ClientCAs()[0].Verify([]*x509.Certificate{leaf}, time.Now())
		if got.Service != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got.Service, err, c.want)
		}
		if err != nil && name == "for nothing that it says" && !errors.Is(err, ErrDeadCertificate) {
			t.Errorf("%s: its authority did issue it, and it is taken for a guess", name)
		}
	}
}

// certificateFor issues one with these URIs as they are written.
func certificateFor(t *testing.T, ca *testcert.Authority, uris []string, usages []x509.ExtKeyUsage) *x509.Certificate {
	t.Helper()
	var names []asn1.RawValue
	for _, uri := range uris {
		names = append(names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tagURI, Bytes: []byte(uri)})
	}
	value, err := asn1.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := ca.IssueAs("x", func(c *x509.Certificate) {
		if c.ExtKeyUsage = usages; len(names) > 0 {
			c.ExtraExtensions = []pkix.Extension{{Id: subjectAltName, Value: value}}
		}
	})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}
