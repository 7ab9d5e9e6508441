package web

import "testing"

func TestOnlyTheMachineItselfIsThisMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"http://localhost:9000/cb": true, "https://app.localhost/": true, "http://127.0.0.1:1": true, "http://127.9.9.9/": true, "http://[::1]:8080/cb": true,
		"http://localhost.example.com/": false, "http://notlocalhost/": false, "http://10.0.0.1/": false, "http://127.0.0.1.example.com/": false,
		"http://localhost@evil.example/": false, "http://evil@localhost/": false, "com.example:/localhost": false, "//localhost/": false, "": false, "http://%6cocalhost\n/": false,
	} {
		if got := OnThisMachine(address); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}
