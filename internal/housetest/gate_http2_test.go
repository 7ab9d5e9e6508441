package housetest

import (
	"bytes"
	"crypto/tls"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Over HTTP/2 a request could say twice what it is, or what HTTP/1.1 has no letters for: it
// is refused, or is what its pseudo-headers say (M9).
func TestRequestsOverHTTP2AreReadInOneWay(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	secure := httptest.NewUnstartedServer(nil)
	secure.Config, secure.EnableHTTP2 = g.Server.Gate(), true
	secure.StartTLS()
	t.Cleanup(func() { secure.CloseClientConnections(); secure.Close() })
	ask := func(fields ...string) string { return sentByHTTP2(t, secure, fields) }
	base := []string{":method", "GET", ":scheme", "https", ":authority", "api.example.test", ":path", "/public/x"}
	if got := ask(base...); got != "200" {
		t.Fatalf("an ordinary one: %s", got)
	}
	g.app.took()
	with := func(more ...string) []string { return append(base[:len(base):len(base)], more...) }
	at := func(path string) []string { return append(base[:6:6], ":path", path) }
	for name, c := range map[string]struct {
		fields  []string
		reaches bool
	}{
		"a space in the path":        {at("/public/x /orders"), false},
		"another version in it":      {at("/public/x HTTP/1.1\r\nX-Forged: 1"), false},
		"no slash":                   {at("Service/Method"), false},
		"an empty path":              {at(""), false},
		"a star":                     {at("*"), false},
		"a whole URL":                {at("https://api.example.test/public/x"), false},
		"dots":                       {at("/public/../orders"), false},
		"two paths":                  {with(":path", "/orders"), false},
		"two methods":                {with(":method", "DELETE"), false},
		"a pseudo-header of nothing": {with(":forged", "x"), false},
		"capitals":                   {with("X-Gatehouse-Jwt", "forged"), false},
		"a connection header":        {with("connection", "x-gatehouse-jwt"), false},
		"an encoding":                {with("transfer-encoding", "chunked"), false},
		"an upgrade":                 {with("upgrade", "h2c"), false},
		"a line in a header":         {with("x-harmless", "a\r\nx-gatehouse-jwt: forged"), false},
		"no authority":               {append(base[:4:4], ":path", "/public/x"), false},
		"an authority of two":        {append(base[:4:4], ":authority", "api.example.test, evil.test", ":path", "/public/x"), false},
		"a user in it":               {append(base[:4:4], ":authority", "a@api.example.test", ":path", "/public/x"), false},
		"another host beside it":     {with("host", "own.example.test"), true},
	} {
		got := ask(c.fields...)
		seen := g.app.took()
		if !c.reaches && (got == "200" || len(seen) > 0) {
			t.Errorf("%s: %s, and reached the application: %+v", name, got, seen)
		}
		for _, r := range seen {
			if r.Host != "api.example.test" || r.Target != "/public/x" || r.Method != "GET" || len(r.Header["X-Gatehouse-Jwt"]) > 0 || len(r.Header["Upgrade"]) > 0 {
				t.Errorf("%s reached the application: %+v", name, r)
			}
		}
	}
}

// sentByHTTP2 sends the fields of a request without a body as they are, and returns the
// status of the answer, or how it was refused.
func sentByHTTP2(t *testing.T, server *httptest.Server, fields []string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", hostOf(server.URL), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) // whose server it is, the test knows
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(hangs)))
	_, err = conn.Write([]byte(http2.ClientPreface))
	must(t, err)
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	must(t, framer.WriteSettings())
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		must(t, encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	must(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}))
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return "closed: " + err.Error()
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			return f.PseudoValue("status")
		case *http2.RSTStreamFrame:
			return "reset: " + f.ErrCode.String()
		case *http2.GoAwayFrame:
			return "goes away: " + f.ErrCode.String()
		}
	}
}
