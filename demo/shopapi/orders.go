package shopapi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gatehouse.example/verify"
	"gatehouse.example/verify/filter"
)

// order is what somebody ordered.
type order struct {
	ID       int64  `json:"id"`
	Owner    string `json:"owner_id"`
	Product  string `json:"product"`
	Quantity int64  `json:"quantity"`
	Cents    int64  `json:"cents"`
	Status   string `json:"status"` // placed, cancelled or refunded
	Placed   string `json:"placed"`

	revision int64
}

const orderColumns = `SELECT id, owner_id, product, quantity, cents, status, placed, revision FROM orders`

func scanOrder(row scanner) (o order, err error) {
	err = row.Scan(&o.ID, &o.Owner, &o.Product, &o.Quantity, &o.Cents, &o.Status, &o.Placed, &o.revision)
	if errors.Is(err, sql.ErrNoRows) {
		return o, notFound("There is no such order.")
	}
	if err != nil {
		return o, fmt.Errorf("read an order: %w", err)
	}
	return o, nil
}

var orderSorts = map[string]string{"placed": "id", "-placed": "id DESC", "total": "cents", "-total": "cents DESC"}

// listOrders lists those that the caller may see.
func (s *Shop) listOrders(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	sort, err := choice(r, "sort", orderSorts, "id DESC")
	if err != nil {
		return err
	}
	status, err := choice(r, "status", map[string]string{"placed": "placed", "cancelled": "cancelled", "refunded": "refunded"}, "")
	if err != nil {
		return err
	}
	list, err := s.orders(r, status, sort, p)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, map[string]any{"orders": list})
}

// orderFilters is how what the gate says of a list becomes SQL: what an order is kept in, by
// the names that policies have for it (tellGate).
var orderFilters = filter.Query{Dialect: filter.SQLite, Columns: map[string]filter.Column{
	"id": {Name: "id", Type: filter.Integer}, "owner_id": {Name: "owner_id", Type: filter.Text}, "status": {Name: "status", Type: filter.Text}, "cents": {Name: "cents", Type: filter.Integer},
}}

// orders are those that the caller may see.
func (s *Shop) orders(r *http.Request, status, sort string, p page) ([]order, error) {
	where, values, err := verify.Only(r).SQL(orderFilters)
	if err != nil {
		return nil, fmt.Errorf("list the orders: %w", err)
	}
	rows, err := s.db.QueryContext(r.Context(), orderColumns+` WHERE `+where+` AND (? = '' OR status = ?) ORDER BY `+sort+`, id LIMIT ? OFFSET ?`, append(values, status, status, p.limit, p.offset)...)
	if err != nil {
		return nil, fmt.Errorf("list the orders: %w", err)
	}
	defer rows.Close()
	list := []order{}
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the orders: %w", err)
	}
	return list, nil
}

// createOrder places an order of the caller's own, and takes it from the stock.
func (s *Shop) createOrder(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Product  string `json:"product"`
		Quantity int64  `json:"quantity"`
	}
	if err := read(r, &asked); err != nil {
		return err
	}
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	o, err := s.placed(r, key, asked.Product, asked.Quantity)
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("/orders/%d", o.ID))
	w.Header().Set("ETag", tag(o.revision))
	return write(w, http.StatusCreated, o)
}

// placed places an order of the caller's own, or returns the one that was placed with its
// key. Of two that come at once with one key, the second waits, and finds the first.
func (s *Shop) placed(r *http.Request, key, product string, quantity int64) (order, error) {
	if quantity < 1 || quantity > 100 {
		return order{}, invalid(field{"quantity", "must be between 1 and 100"})
	}
	owner, _ := verify.OnlyOwn(r)
	o := order{Owner: owner, Product: product, Quantity: quantity, Status: "placed", Placed: time.Now().UTC().Format(time.RFC3339), revision: 1}
	again := false
	err := s.within(r.Context(), func(tx *sql.Tx) (err error) {
		if again, err = before(r.Context(), tx, key, &o); again || err != nil {
			return err
		}
		if err := s.place(r.Context(), tx, &o); err != nil {
			return err
		}
		return remember(r.Context(), tx, key, &o)
	})
	if err == nil && !again {
		s.happened(o)
	}
	return o, err
}

func (s *Shop) place(ctx context.Context, tx *sql.Tx, o *order) error {
	p, err := scanProduct(tx.QueryRowContext(ctx, productColumns+` WHERE id = ?`, o.Product))
	if missing, ok := errors.AsType[*problem](err); ok && missing.Status == http.StatusNotFound {
		return invalid(field{"product", "is none that there is"})
	}
	if err != nil {
		return err
	}
	if p.Stock < o.Quantity {
		return refused(http.StatusConflict, fmt.Sprintf("There are %d left.", p.Stock))
	}
	if _, err := tx.ExecContext(ctx, `UPDATE products SET stock = stock - ?, revision = revision + 1 WHERE id = ?`, o.Quantity, p.ID); err != nil {
		return fmt.Errorf("take from the stock: %w", err)
	}
	o.Cents = p.Cents * o.Quantity
	err = tx.QueryRowContext(ctx, `INSERT INTO orders (owner_id, product, quantity, cents, status, placed) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		o.Owner, o.Product, o.Quantity, o.Cents, o.Status, o.Placed).Scan(&o.ID)
	if err != nil {
		return fmt.Errorf("place the order: %w", err)
	}
	return note(ctx, tx, o.Owner, "order.placed", strconv.FormatInt(o.ID, 10))
}

func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := scanOrder(s.db.QueryRowContext(r.Context(), orderColumns+` WHERE id = ?`, r.PathValue("id")))
	if !verify.Owner(r, o.Owner) { // nobody's, if it is not there
		verify.Deny(w, r, "not the owner")
		return nil
	}
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag(o.revision))
	return write(w, http.StatusOK, o)
}

func (s *Shop) cancelOrder(w http.ResponseWriter, r *http.Request) error {
	return s.end(w, r, "cancelled", true)
}

func (s *Shop) refundOrder(w http.ResponseWriter, r *http.Request) error {
	return s.end(w, r, "refunded", false)
}

// end ends an order, and answers with it.
func (s *Shop) end(w http.ResponseWriter, r *http.Request, status string, back bool) error {
	o, foreign, err := s.ended(r, status, back)
	if foreign {
		verify.Deny(w, r, "not the owner")
		return nil
	}
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag(o.revision))
	return write(w, http.StatusOK, o)
}

// ended ends an order that is placed. What was cancelled goes back to the stock. Foreign is
// whether it is not the caller's to end.
func (s *Shop) ended(r *http.Request, status string, back bool) (o order, foreign bool, err error) {
	err = s.within(r.Context(), func(tx *sql.Tx) (err error) {
		o, err = scanOrder(tx.QueryRowContext(r.Context(), orderColumns+` WHERE id = ?`, r.PathValue("id")))
		if foreign = !verify.Owner(r, o.Owner); foreign || err != nil {
			return err
		}
		if err := unchanged(r, o.revision); err != nil {
			return err
		}
		if o.Status != "placed" {
			return refused(http.StatusConflict, "The order is "+o.Status+" already.")
		}
		o.Status, o.revision = status, o.revision+1
		if _, err := tx.ExecContext(r.Context(), `UPDATE orders SET status = ?, revision = ? WHERE id = ?`, o.Status, o.revision, o.ID); err != nil {
			return fmt.Errorf("end the order: %w", err)
		}
		if back {
			if _, err := tx.ExecContext(r.Context(), `UPDATE products SET stock = stock + ?, revision = revision + 1 WHERE id = ?`, o.Quantity, o.Product); err != nil {
				return fmt.Errorf("give back to the stock: %w", err)
			}
		}
		return note(r.Context(), tx, caller(r.Context()), "order."+status, strconv.FormatInt(o.ID, 10))
	})
	if err == nil && !foreign {
		s.happened(o)
	}
	return o, foreign, err
}

// tellGate tells the gate, and nobody else, what a decision about an order may depend on.
func (s *Shop) tellGate(w http.ResponseWriter, r *http.Request) error {
	if !verify.FromContext(r.Context()).OfGate() {
		return refused(http.StatusForbidden, "This is for the gate.")
	}
	o, err := scanOrder(s.db.QueryRowContext(r.Context(), orderColumns+` WHERE id = ?`, r.PathValue("id")))
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, map[string]any{"owner_id": o.Owner, "status": o.Status, "cents": o.Cents})
}
