package shopapi

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse.example/verify"

	"gatehouse/demo/look"
)

// mountStorefront registers the pages for people. They are plain HTML, of which the list of
// orders follows what becomes of them where scripts run, and know as little
// of tokens as the API: who somebody is, and what they may, the gate says of each request.
func (s *Shop) mountStorefront(mux *http.ServeMux, may func(string, ...verify.Option) verify.Middleware) {
	show := func(pattern string, allow verify.Middleware, h handler) { mux.Handle(pattern, allow(showing(h))) }
	public := func(h http.Handler) http.Handler { return h }
	show("GET /{$}", public, s.showShelf)
	show("GET /shop/orders", may("orders:read", verify.Filtered), s.showOrders)
	show("GET /shop/orders/{id}", may("orders:read", verify.OrOwn), s.showOne)
	show("GET /shop/order/{product}", may("orders:write", verify.OrOwn), s.showForm)
	show("POST /shop/orders", may("orders:write", verify.OrOwn), s.sendForm)
	show("POST /shop/orders/{id}/cancel", may("orders:write", verify.OrOwn), s.ending("cancelled", true))
	show("POST /shop/orders/{id}/refund", may("orders:refund"), s.ending("refunded", false))
	mux.Handle("GET /shop/files/", http.StripPrefix("/shop/files/", http.FileServerFS(look.Files)))
}

// frame is what every page of the storefront shows.
type frame struct {
	Title  string
	Claims *verify.Claims // what the gate said; nil: the page is for everybody
}

func frameOf(r *http.Request, title string) frame {
	return frame{Title: title, Claims: verify.FromContext(r.Context())}
}

type shelfPage struct {
	frame
	Products []product
}

type ordersPage struct {
	frame
	Orders []order
	Names  map[string]string // of products, by their ids
	All    bool              // of everybody
}

type orderPage struct {
	frame
	order
	Name string
}

type formPage struct {
	frame
	product
	Key, Quantity string
	Problem       string
}

type troublePage struct {
	frame
	problem
}

func (s *Shop) showShelf(w http.ResponseWriter, r *http.Request) error {
	list, err := s.products(r.Context(), "", "name", page{limit: 100})
	if err != nil {
		return err
	}
	return draw(w, r, http.StatusOK, shelfPage{frameOf(r, "From the shelf"), list}.body())
}

func (s *Shop) showOrders(w http.ResponseWriter, r *http.Request) error {
	list, err := s.orders(r, "", "id DESC", page{limit: 100})
	if err != nil {
		return err
	}
	p := ordersPage{frame: frameOf(r, "Your orders"), Orders: list}
	if _, only := verify.OnlyOwn(r); !only {
		p.Title, p.All = "All orders", true
	}
	if p.Names, err = s.names(r); err != nil {
		return err
	}
	return draw(w, r, http.StatusOK, p.body())
}

// names are those of all products.
func (s *Shop) names(r *http.Request) (map[string]string, error) {
	list, err := s.products(r.Context(), "", "name", page{limit: 100})
	names := map[string]string{}
	for _, p := range list {
		names[p.ID] = p.Name
	}
	return names, err
}

func (s *Shop) showOne(w http.ResponseWriter, r *http.Request) error {
	o, err := scanOrder(s.db.QueryRowContext(r.Context(), orderColumns+` WHERE id = ?`, r.PathValue("id")))
	if !verify.Owner(r, o.Owner) { // nobody's, if it is not there
		return refused(http.StatusForbidden, "This order is not yours.")
	}
	if err != nil {
		return err
	}
	names, err := s.names(r)
	if err != nil {
		return err
	}
	return draw(w, r, http.StatusOK, orderPage{frameOf(r, fmt.Sprintf("Order No. %d", o.ID)), o, names[o.Product]}.body())
}

func (s *Shop) showForm(w http.ResponseWriter, r *http.Request) error {
	verify.OnlyOwn(r) // what is ordered is their own
	return s.form(w, r, http.StatusOK, r.PathValue("product"), "1", "")
}

func (s *Shop) form(w http.ResponseWriter, r *http.Request, status int, id, quantity, wrong string) error {
	p, err := scanProduct(s.db.QueryRowContext(r.Context(), productColumns+` WHERE id = ?`, id))
	if err != nil {
		return err
	}
	return draw(w, r, status, formPage{frameOf(r, "Order "+p.Name), p, newKey(), quantity, wrong}.body())
}

func (s *Shop) sendForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return refused(http.StatusBadRequest, "The form could not be read.")
	}
	id, text := r.PostForm.Get("product"), r.PostForm.Get("quantity")
	quantity, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		quantity = 0 // which is refused
	}
	key := r.PostForm.Get("key")
	if !isKey(key) {
		return s.form(w, r, http.StatusBadRequest, id, text, "The form was not complete. Send it once more.")
	}
	o, err := s.placed(r, key, id, quantity)
	if p, ok := errors.AsType[*problem](err); ok {
		wrong := p.Detail
		for _, f := range p.Errors {
			wrong = "The " + f.Name + " " + f.Detail + "."
		}
		return s.form(w, r, p.Status, id, text, wrong)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, fmt.Sprintf("/shop/orders/%d", o.ID), http.StatusSeeOther)
	return nil
}

// ending ends an order, and shows it again.
func (s *Shop) ending(status string, back bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		o, foreign, err := s.ended(r, status, back)
		if foreign {
			return refused(http.StatusForbidden, "This order is not yours.")
		}
		if p, ok := errors.AsType[*problem](err); ok && p.Status == http.StatusConflict && o.Status == status {
			err = nil // a second click: it is as it was to become
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, fmt.Sprintf("/shop/orders/%d", o.ID), http.StatusSeeOther)
		return nil
	}
}

// showing answers with pages where others answer with problem documents.
func showing(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		p := problemOf(r, err)
		_ = draw(w, r, p.Status, troublePage{frameOf(r, "That did not work"), *p}.body()) // who asked is gone
	})
}

func draw(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	return c.Render(r.Context(), w)
}

// euros are cents as people read them.
func euros(cents int64) string { return fmt.Sprintf("%d.%02d\u00a0€", cents/100, cents%100) }

// day is when an order was placed, as people read it.
func day(stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return at.Format("2 Jan 2006")
}

// tone is the colour of an order's state.
func tone(status string) string {
	return map[string]string{"placed": "warn", "refunded": "good"}[status]
}
