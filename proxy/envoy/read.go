package envoy

import (
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"

	"gatehouse/proxy"
)

// read returns the request that Envoy tells of, but for who sent it. What it does not tell, or tells in two
// ways, is Malformed.
func read(q *authv3.CheckRequest) (o proxy.Original, err error) {
	h := q.GetAttributes().GetRequest().GetHttp()
	o = proxy.Original{Method: h.GetMethod(), Scheme: h.GetScheme(), Host: h.GetHost(), Target: h.GetPath(), Header: http.Header{}}
	err = each(h, func(name, value string) error {
		if pseudo, is := map[string]string{":method": o.Method, ":scheme": o.Scheme, ":authority": o.Host, "host": o.Host, ":path": o.Target}[name]; is && pseudo != value {
			return proxy.BadEdge(name + " is another one in the headers")
		} else if is || strings.HasPrefix(name, ":") {
			return nil
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		o.Header[key] = append(o.Header[key], value)
		return nil
	})
	switch {
	case err != nil:
		return o, err
	case o.Method == "" || o.Host == "" || o.Target == "":
		return o, proxy.BadEdge("its method, host or path is not there")
	case o.Scheme != "http" && o.Scheme != "https":
		return o, proxy.BadEdge("its scheme is neither http nor https")
	}
	return o, proxy.CheckSpellings(o.Header)
}

// sourceOf is the address and port of whoever sent the request to Envoy.
func sourceOf(q *authv3.CheckRequest) string {
	a := q.GetAttributes().GetSource().GetAddress().GetSocketAddress()
	return net.JoinHostPort(a.GetAddress(), strconv.Itoa(int(a.GetPortValue())))
}

// each calls f for each header: those that Envoy sends one by one (encode_raw_headers), or
// those that it has joined.
func each(h *authv3.AttributeContext_HttpRequest, f func(name, value string) error) error {
	for _, one := range h.GetHeaderMap().GetHeaders() {
		value := string(one.GetRawValue())
		if value == "" {
			value = one.GetValue()
		}
		if err := f(strings.ToLower(one.GetKey()), value); err != nil {
			return err
		}
	}
	if h.GetHeaderMap() != nil {
		return nil
	}
	for name, value := range h.GetHeaders() {
		if err := f(strings.ToLower(name), value); err != nil {
			return err
		}
	}
	return nil
}
