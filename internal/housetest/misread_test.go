package housetest

import "strings"

// misreading is a request that servers read differently, as bytes, and what the gate answers.
type misreading struct {
	lines string
	want  []int
}

// misread are the rows of the proxy's threats that are about one request. token is good for
// the orders.
func misread(token string) map[string]misreading {
	ask := func(line string, header ...string) string {
		return line + "\r\nHost: api.example.test\r\n" + strings.Join(header, "\r\n") + strings.Repeat("\r\n", min(1, len(header))) + "\r\n"
	}
	return map[string]misreading{
		"P1 dots":                  {ask("GET /public/../orders HTTP/1.1"), []int{400}},
		"P2 escaped dots":          {ask("GET /public/%2e%2e/orders HTTP/1.1"), []int{400}},
		"P2 in capitals":           {ask("GET /public/%2E%2E/orders HTTP/1.1"), []int{400}},
		"P3 an escaped slash":      {ask("GET /public/..%2forders HTTP/1.1"), []int{400}},
		"P3 in capitals":           {ask("GET /public/..%2Forders HTTP/1.1"), []int{400}},
		"P4 one more":              {ask("GET /public%2forders HTTP/1.1"), []int{400}},
		"P4 a backslash":           {ask(`GET /public\..\orders HTTP/1.1`), []int{400}},
		"P4 an escaped one":        {ask("GET /public%5c..%5corders HTTP/1.1"), []int{400}},
		"P5 escaped twice":         {ask("GET /public/%252e%252e/orders HTTP/1.1"), []int{400}},
		"P6 two slashes":           {ask("GET //orders HTTP/1.1"), []int{400}},
		"P6 an authority":          {ask("GET //evil.test/orders HTTP/1.1"), []int{400}},
		"P7 parameters":            {ask("GET /public/..;/orders HTTP/1.1"), []int{400}},
		"P7 a semicolon":           {ask("GET /orders;x=1 HTTP/1.1"), []int{400}},
		"P8 a zero":                {ask("GET /orders%00.png HTTP/1.1"), []int{400}},
		"P8 a line":                {ask("GET /public/%0d%0aX-Gatehouse-Sub:x HTTP/1.1"), []int{400}},
		"P9 a fragment":            {ask("GET /orders#/public HTTP/1.1"), []int{400}},
		"P9 an escaped one":        {ask("GET /orders%23/public HTTP/1.1"), []int{400}},
		"P10 an escaped query":     {ask("GET /orders%3f/public HTTP/1.1"), []int{400}},
		"P10 a query":              {ask("GET /orders?/public/ HTTP/1.1"), []int{401}},
		"P11 capitals":             {ask("GET /ORDERS HTTP/1.1"), []int{404}},
		"P12 a dot at the end":     {ask("GET /orders/. HTTP/1.1"), []int{400}},
		"P12 a slash at the end":   {ask("GET /orders/ HTTP/1.1"), []int{401}},
		"P13 overlong":             {ask("GET /%c0%ae%c0%ae/orders HTTP/1.1"), []int{400}},
		"P13 wide":                 {ask("GET /public/%EF%BC%8E%EF%BC%8E/orders HTTP/1.1"), []int{400}},
		"P13 of another server":    {ask("GET /public/%u002e%u002e/orders HTTP/1.1"), []int{400}},
		"P14 beside a prefix":      {ask("GET /public../orders HTTP/1.1"), []int{400}},
		"P14 without a slash":      {ask("GET /publicorders HTTP/1.1"), []int{404}},
		"P15 long":                 {ask("GET /" + strings.Repeat("a", 9<<10) + " HTTP/1.1"), []int{400, 431}},
		"P15 many":                 {ask("GET " + strings.Repeat("/a", 4000) + " HTTP/1.1"), []int{400, 431}},
		"P16 no slash":             {ask("POST Service/Method HTTP/1.1"), []int{400}},
		"H4 a whole URL":           {ask("GET http://api.example.test/public/x HTTP/1.1"), []int{400}},
		"H4 of another":            {ask("GET http://own.example.test/orders/1 HTTP/1.1"), []int{400}},
		"H5 two hosts":             {"GET /public/x HTTP/1.1\r\nHost: api.example.test\r\nHost: evil.test\r\n\r\n", []int{400}},
		"H5 no host":               {"GET /public/x HTTP/1.1\r\n\r\n", []int{400}},
		"H5 an empty one":          {"GET /public/x HTTP/1.1\r\nHost:\r\n\r\n", []int{400}},
		"H5 a user":                {"GET /public/x HTTP/1.1\r\nHost: a@api.example.test\r\n\r\n", []int{400}},
		"H5 a list":                {"GET /public/x HTTP/1.1\r\nHost: api.example.test, evil.test\r\n\r\n", []int{400}},
		"H5 a zone":                {"GET /public/x HTTP/1.1\r\nHost: [::1%25x]\r\n\r\n", []int{400}},
		"H3 another port":          {"GET /public/x HTTP/1.1\r\nHost: api.example.test:8443\r\n\r\n", []int{404}},
		"H7 HTTP/1.0":              {"GET /public/x HTTP/1.0\r\n\r\n", []int{400}},
		"H7 a star":                {ask("OPTIONS * HTTP/1.1"), []int{400}},
		"H8 unknown":               {"GET /public/x HTTP/1.1\r\nHost: evil.test\r\n\r\n", []int{404}},
		"M1 small letters":         {ask("get /public/x HTTP/1.1"), []int{405, 400}},
		"M1 another":               {ask("FOO /public/x HTTP/1.1"), []int{405, 400}},
		"M1 TRACE":                 {ask("TRACE /public/x HTTP/1.1"), []int{405, 400}},
		"M1 CONNECT":               {ask("CONNECT api.example.test:443 HTTP/1.1"), []int{405, 400}},
		"M1 CONNECT to a path":     {ask("CONNECT /public/x HTTP/1.1"), []int{405, 400}},
		"M1 PRI":                   {"PRI * HTTP/2.0\r\n\r\n", []int{400, 405, 505}},
		"M3 a preflight":           {ask("OPTIONS /orders HTTP/1.1", "Origin: https://evil.test", "Access-Control-Request-Method: GET"), []int{405}},
		"M8 both lengths of two":   {ask("POST /public/x HTTP/1.1", "Content-Length: 3", "Content-Length: 4"), []int{400}},
		"M8 an odd encoding":       {ask("POST /public/x HTTP/1.1", "Transfer-Encoding: xchunked"), []int{400, 501}},
		"M8 a space":               {ask("POST /public/x HTTP/1.1", "Transfer-Encoding : chunked"), []int{400, 501}},
		"I5 two credentials":       {ask("GET /orders HTTP/1.1", bearer(token), bearer(token)), []int{400}},
		"I11 many parameters":      {ask("GET /public/x?" + strings.Repeat("a&", 3000) + " HTTP/1.1"), []int{400}},
		"too large a body":         {ask("POST /public/x HTTP/1.1", "Content-Length: 1025", "Connection: close") + strings.Repeat("x", 1025), []int{400}},
		"too large a chunked body": {ask("POST /public/x HTTP/1.1", "Transfer-Encoding: chunked", "Connection: close") + "401\r\n" + strings.Repeat("x", 1025) + "\r\n0\r\n\r\n", []int{400}},
	}
}
