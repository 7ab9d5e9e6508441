// Package shopapi is the demo's shop: products and orders as an API, as streams of what
// happens to them, and as pages for people, in a process and a database of its own. It is an ordinary application behind the gate. It knows nothing of
// tokens, people or rights: what it is told by the gate's assertion, checked as anybody
// would with package verify, is all that it goes by.
package shopapi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gatehouse.example/verify"
)

// Audience is what the shop is called in assertions.
const Audience = "shop-api"

// Argument is the first argument of the process that is the shop.
const Argument = "demo-shop-api"

// Main must be called first by a program that starts shops: in the process of one it
// serves and does not return, elsewhere it returns at once. The arguments are the issuer,
// the file of the database and an address on loopback, in whose place another is taken where it
// is not free; the address is written to standard output, and the end of
// standard input is the end of the shop, so that none outlives its demo.
func Main() {
	if len(os.Args) != 5 || os.Args[1] != Argument {
		return
	}
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // the demo ends it
	if err := serve(context.Background(), os.Args[2], os.Args[3], os.Args[4], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: the demo starts this process itself: %v\n", Argument, err)
		os.Exit(2)
	}
	os.Exit(0)
}

func serve(ctx context.Context, issuer, file, address string, in io.Reader, out io.Writer) error {
	s, err := Open(ctx, issuer, file, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := net.Listen("tcp", address)
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, in) // until the demo is gone
		_ = server.Close()
	}()
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return fmt.Errorf("say where it listens: %w", err)
	}
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shop is the API. Any number may call at once.
type Shop struct {
	db       *sql.DB
	verifier *verify.Verifier
	live     live
}

// Open opens the shop's database, and makes one with a few products if there is none. The
// issuer is asked by client, nil: by one of its own.
func Open(ctx context.Context, issuer, file string, client *http.Client) (*Shop, error) {
	v, err := verify.New(verify.Config{Issuer: issuer, Audience: Audience, API: "shop", Gate: true, Client: client})
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, file)
	if err != nil {
		v.Close()
		return nil, err
	}
	return &Shop{db: db, verifier: v}, nil
}

// Close closes the database.
func (s *Shop) Close() {
	s.verifier.Close()
	_ = s.db.Close() // nothing is under way
}

// Handler answers requests that came through the gate.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, allow verify.Middleware, h handler) {
		mux.Handle(pattern, allow(answering(h)))
	}
	public := func(h http.Handler) http.Handler { return h }
	may := s.verifier.RequirePermission
	handle("GET /products", public, s.listProducts)
	handle("GET /products/{id}", public, s.showProduct)
	handle("PUT /products/{id}", may("products:write"), s.changeProduct)
	handle("GET /orders", may("orders:read", verify.Filtered), s.listOrders)
	handle("POST /orders", may("orders:write", verify.OrOwn), s.createOrder)
	handle("GET /orders/{id}", may("orders:read", verify.OrOwn), s.showOrder)
	handle("POST /orders/{id}/cancel", may("orders:write", verify.OrOwn), s.cancelOrder)
	handle("POST /orders/{id}/refund", may("orders:refund"), s.refundOrder)
	handle("GET /ws/orders", may("orders:read", verify.OrOwn), s.talkOrders)
	handle("GET /sse/orders", may("orders:read", verify.OrOwn), s.listenOrders)
	s.mountStorefront(mux, may)
	mux.Handle("GET /internal/orders/{id}", s.verifier.RequireToken()(answering(s.tellGate)))
	mux.Handle("/", answering(func(http.ResponseWriter, *http.Request) error { return notFound("There is no such page.") }))
	return http.MaxBytesHandler(mux, maxBody)
}
