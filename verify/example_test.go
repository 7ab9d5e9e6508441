package verify_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"gatehouse.example/verify"
)

// An API protects its routes by permissions. Whoever may read only their own orders
// passes the middleware, and the handler says whose the order is.
func Example() {
	v, err := verify.New(verify.Config{
		Issuer: "https://id.example.com", Audience: "https://shop.example.test", API: "shop",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()

	owners := map[string]string{"42": "usr_ada"}
	mux := http.NewServeMux()
	mux.Handle("GET /orders/{id}", v.RequirePermission("orders:read", verify.OrOwn)(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !verify.Owner(r, owners[r.PathValue("id")]) {
				http.NotFound(w, r)
				return
			}
			fmt.Fprintln(w, "order", r.PathValue("id"))
		})))
	mux.Handle("POST /orders/{id}/refund",
		v.RequirePermission("orders:refund", verify.Level("aal2"), verify.Fresh(5*time.Minute))(
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintln(w, "refunded by", verify.FromContext(r.Context()).Subject)
			})))
}

// With the feed, what ended early is refused within a second; while the feed cannot
// be heard the issuer is asked.
func Example_feed() {
	_, err := verify.New(verify.Config{
		Issuer: "https://id.example.com", Audience: "https://shop.example.test", API: "shop",
		ClientID: "shop-backend", ClientSecret: "from the environment",
		Feed: true, WhenBehind: verify.Ask,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// Outside of net/http, the reason says what to do.
func ExampleReason() {
	v, err := verify.New(verify.Config{Issuer: "https://id.example.com", Audience: "https://shop.example.test"})
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()
	_, err = v.Verify(context.Background(), "no token")
	switch {
	case errors.Is(err, verify.Expired), errors.Is(err, verify.Ended):
		fmt.Println("refresh, and try again")
	case errors.Is(err, verify.Unavailable):
		fmt.Println("try again later")
	case err != nil:
		fmt.Println("never was good")
	}
	// Output: never was good
}
