package envoy

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"

	"gatehouse/gate"
	"gatehouse/proxy"
)

// allowed lets a request go on. Each header that an application trusts is set, or removed
// where there is nothing to say; Envoy would leave an empty one as the visitor sent it. What
// was decided about is what the application is told of where the request came from: Envoy
// sends on a visitor's word of that.
func allowed(a *proxy.Answer, o *proxy.Original, q *authv3.CheckRequest) *authv3.CheckResponse {
	ok, remove, told := &authv3.OkHttpResponse{}, map[string]bool{}, map[string]bool{}
	tell := func(name, value string) {
		name = strings.ToLower(name)
		if told[name] = true; value == "" {
			remove[name] = true
			return
		}
		ok.Headers = append(ok.Headers, set(name, value))
	}
	host, _, _ := gate.ParseHost(o.Host) // it was read before it was decided about
	tell("X-Forwarded-For", o.IP)
	tell("X-Forwarded-Host", host)
	tell("X-Forwarded-Proto", o.Scheme)
	for _, name := range slices.Concat(proxy.Overwritten, a.Identity) {
		tell(name, a.Header.Get(name))
	}
	_ = each(q.GetAttributes().GetRequest().GetHttp(), func(name, _ string) error {
		if !told[name] && !stays[name] && !strings.HasPrefix(name, ":") && proxy.Strips(name) {
			remove[name] = true
		}
		return nil
	})
	ok.HeadersToRemove = slices.Sorted(maps.Keys(remove))
	return &authv3.CheckResponse{Status: &rpcstatus.Status{Code: int32(codes.OK)}, HttpResponse: &authv3.CheckResponse_OkResponse{OkResponse: ok}}
}

// stays are headers that Envoy writes itself, or needs to send the request on.
var stays = map[string]bool{
	"connection": true, "te": true, "trailer": true, "host": true,
}

// denied answers the visitor in the place of the application.
func denied(a *proxy.Answer) *authv3.CheckResponse {
	code := codes.PermissionDenied
	if a.Status == http.StatusUnauthorized {
		code = codes.Unauthenticated
	}
	no := &authv3.DeniedHttpResponse{Status: &typev3.HttpStatus{Code: typev3.StatusCode(a.Status)}, Body: string(a.Body)}
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for i, value := range a.Header[name] {
			one := set(name, value)
			if i > 0 {
				one.AppendAction = corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD
			}
			no.Headers = append(no.Headers, one)
		}
	}
	return &authv3.CheckResponse{Status: &rpcstatus.Status{Code: int32(code)}, HttpResponse: &authv3.CheckResponse_DeniedResponse{DeniedResponse: no}}
}

func set(name, value string) *corev3.HeaderValueOption {
	return &corev3.HeaderValueOption{
		Header:       &corev3.HeaderValue{Key: strings.ToLower(name), Value: value},
		AppendAction: corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
	}
}
