// Command shop is an API that takes the access tokens of a Gatehouse: orders,
// which customers see if they are their own and support sees all of.
//
//	gatehouse api create --id shop --audience https://shop.example.test \
//	  --permission orders:read --permission orders:write --permission 'orders:refund!' --owner orders=owner_id
//	go run ./examples/shop -issuer http://localhost:8080 -audience https://shop.example.test
//
// With SHOP_CLIENT_ID and SHOP_CLIENT_SECRET of a client that may read the feed it
// also refuses within a second what ended early.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"os"
	"time"

	"gatehouse.example/verify"
)

type order struct {
	ID    string `json:"id"`
	Owner string `json:"owner_id"`
	Total int    `json:"total"`
}

type shop struct{ orders []order }

func main() {
	issuer := flag.String("issuer", "http://localhost:8080", "the Gatehouse")
	audience := flag.String("audience", "https://shop.example.test", "this API in its tokens")
	listen := flag.String("listen", "127.0.0.1:8090", "where to listen")
	owner := flag.String("owner", "", "whose order 42 is: the id of a person")
	flag.Parse()

	config := verify.Config{
		Issuer: *issuer, Audience: *audience, API: "shop", Resource: "http://" + *listen,
		ClientID: os.Getenv("SHOP_CLIENT_ID"), ClientSecret: os.Getenv("SHOP_CLIENT_SECRET"),
	}
	config.Feed = config.ClientID != ""
	v, err := verify.New(config)
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()

	s := &shop{orders: []order{{"42", *owner, 1200}, {"43", "usr_somebody_else", 800}}}
	mux := http.NewServeMux()
	mux.Handle("GET "+v.MetadataPath(), v.Metadata())
	mux.Handle("GET /orders", v.RequirePermission("orders:read", verify.OrOwn)(http.HandlerFunc(s.list)))
	mux.Handle("GET /orders/{id}", v.RequirePermission("orders:read", verify.OrOwn)(http.HandlerFunc(s.show)))
	mux.Handle("POST /orders/{id}/refund",
		v.RequirePermission("orders:refund", verify.Level("aal2"), verify.Fresh(5*time.Minute))(http.HandlerFunc(s.refund)))

	server := &http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Printf("the shop listens on http://%s", *listen)
	log.Fatal(server.ListenAndServe())
}

func (s *shop) list(w http.ResponseWriter, r *http.Request) {
	owner, only := verify.OnlyOwn(r)
	seen := []order{}
	for _, o := range s.orders {
		if !only || o.Owner == owner {
			seen = append(seen, o)
		}
	}
	answer(w, seen)
}

func (s *shop) show(w http.ResponseWriter, r *http.Request) {
	o, ok := s.find(r.PathValue("id"))
	if !verify.Owner(r, o.Owner) { // nobody's, if it is not there: who sees only their own learns nothing of other numbers
		verify.Deny(w, r, "not the owner")
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	answer(w, o)
}

func (s *shop) refund(w http.ResponseWriter, r *http.Request) {
	o, ok := s.find(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	answer(w, map[string]any{"refunded": o.Total, "by": verify.FromContext(r.Context()).Subject})
}

func (s *shop) find(id string) (order, bool) {
	for _, o := range s.orders {
		if o.ID == id {
			return o, true
		}
	}
	return order{}, false
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the caller has gone if this fails
}
