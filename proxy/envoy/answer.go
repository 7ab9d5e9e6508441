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

	"gatehouse/proxy"
)

// allowed lets a request go on. Each header that an application trusts is set, or removed
// where there is nothing to say; Envoy would leave an empty one as the visitor sent it.
func allowed(a *proxy.Answer, q *authv3.CheckRequest) *authv3.CheckResponse {
	ok, remove := &authv3.OkHttpResponse{}, map[string]bool{}
	for _, name := range proxy.Managed {
		if value := a.Header.Get(name); value != "" {
			ok.Headers = append(ok.Headers, set(name, value))
		} else {
			remove[strings.ToLower(name)] = true
		}
	}
	_ = each(q.GetAttributes().GetRequest().GetHttp(), func(name, _ string) error {
		if !stays[name] && !strings.HasPrefix(name, ":") && proxy.Strips(name) && a.Header.Get(name) == "" {
			remove[name] = true
		}
		return nil
	})
	ok.HeadersToRemove = slices.Sorted(maps.Keys(remove))
	return &authv3.CheckResponse{Status: &rpcstatus.Status{Code: int32(codes.OK)}, HttpResponse: &authv3.CheckResponse_OkResponse{OkResponse: ok}}
}

// stays are headers that Envoy writes itself, or needs to send the request on.
var stays = map[string]bool{
	"x-forwarded-for": true, "x-forwarded-proto": true, "x-forwarded-host": true, "connection": true, "te": true, "trailer": true, "host": true,
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
