package gate

import (
	"errors"
	"net/netip"
	"testing"

	"gatehouse/fault"
)

func TestUpstreamsLieWithinTheirReach(t *testing.T) {
	private := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("0.0.0.0/8")}
	for name, c := range map[string]struct {
		reach Reach
		spec  UpstreamSpec
		want  string // the field that is wrong, "" for none
	}{
		"anywhere":                {Reach{}, UpstreamSpec{Targets: []string{"http://192.0.2.1"}}, ""},
		"anywhere, with files":    {Reach{}, UpstreamSpec{Targets: []string{"https://192.0.2.1"}, TLS: TLSSpec{CA: "/etc/ca.pem"}}, ""},
		"within":                  {Only(private), UpstreamSpec{Targets: []string{"http://10.0.0.1:8080"}}, ""},
		"within, of IPv6":         {Only(private), UpstreamSpec{Targets: []string{"http://[fd00::1]:8080"}}, ""},
		"by a name":               {Only(private), UpstreamSpec{Targets: []string{"http://app"}}, ""},
		"another server's name":   {Only(private), UpstreamSpec{Targets: []string{"https://app"}, TLS: TLSSpec{ServerName: "app.example.com"}}, ""},
		"outside":                 {Only(private), UpstreamSpec{Targets: []string{"http://10.0.0.1", "http://192.0.2.1"}}, "objects[0].spec.targets[1]"},
		"outside, of IPv6":        {Only(private), UpstreamSpec{Targets: []string{"http://[2001:db8::1]"}}, "objects[0].spec.targets[0]"},
		"this machine":            {Only(private), UpstreamSpec{Targets: []string{"http://0.0.0.0"}}, "objects[0].spec.targets[0]"},
		"this machine, of IPv6":   {Only(private), UpstreamSpec{Targets: []string{"http://[::]"}}, "objects[0].spec.targets[0]"},
		"nowhere":                 {Only(nil), UpstreamSpec{Targets: []string{"http://0.0.0.0"}}, "objects[0].spec.targets[0]"},
		"nowhere, by a name":      {Only(nil), UpstreamSpec{Targets: []string{"http://app"}}, "objects[0].spec.targets[0]"},
		"a file of authorities":   {Only(private), UpstreamSpec{Targets: []string{"https://app"}, TLS: TLSSpec{CA: "/etc/ca.pem"}}, "objects[0].spec.tls"},
		"a file with a key":       {Only(private), UpstreamSpec{Targets: []string{"https://app"}, TLS: TLSSpec{Cert: "/c.pem", Key: "/k.pem"}}, "objects[0].spec.tls"},
		"an address of IPv4 in 6": {Only(private), UpstreamSpec{Targets: []string{"http://[::ffff:192.0.2.1]"}}, "objects[0].spec.targets[0]"},
	} {
		set, err := Compiler{Reach: c.reach}.Compile([]Object{{ID: "app", Upstream: &c.spec}})
		if c.want == "" {
			if err != nil || set.Upstreams()[0].Reach.Bounded() != c.reach.Bounded() {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != CodeRoutes || len(f.Fields) != 1 || f.Fields[0].Name != c.want {
			t.Errorf("%s: %+v, want %s", name, err, c.want)
		}
	}
}

func TestAnAddressIsWithinAReachInEachOfItsSpellings(t *testing.T) {
	networks := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::/0"), netip.MustParsePrefix("0.0.0.0/8")}
	for address, want := range map[string]bool{
		"10.0.0.1": true, "::ffff:10.0.0.1": true, "fe80::1%eth0": true, "192.0.2.1": false, "0.0.0.0": false, "::": false, "::ffff:0.0.0.0": false,
	} {
		ip := netip.MustParseAddr(address)
		if got := Only(networks).Within(ip); got != want {
			t.Errorf("%s is within: %t, want %t", address, got, want)
		}
		if Only(nil).Within(ip) {
			t.Errorf("%s is within nothing", address)
		}
	}
	if Only(networks).Within(netip.Addr{}) {
		t.Error("no address at all is within")
	}
}
