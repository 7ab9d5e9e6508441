package shopapi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"gatehouse.example/verify"
)

// product is a thing to buy.
type product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Cents int64  `json:"cents"`
	Stock int64  `json:"stock"`

	revision int64
}

const productColumns = `SELECT id, name, cents, stock, revision FROM products`

var productSorts = map[string]string{"name": "name", "-name": "name DESC", "price": "cents", "-price": "cents DESC"}

func (s *Shop) listProducts(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	order, err := choice(r, "sort", productSorts, "name")
	if err != nil {
		return err
	}
	list, err := s.products(r.Context(), r.URL.Query().Get("q"), order, p)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, map[string]any{"products": list})
}

// products are those whose names have a text.
func (s *Shop) products(ctx context.Context, text, order string, p page) ([]product, error) {
	rows, err := s.db.QueryContext(ctx, productColumns+` WHERE instr(lower(name), lower(?)) > 0 ORDER BY `+order+`, id LIMIT ? OFFSET ?`, text, p.limit, p.offset)
	if err != nil {
		return nil, fmt.Errorf("list the products: %w", err)
	}
	defer rows.Close()
	list := []product{}
	for rows.Next() {
		one, err := scanProduct(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the products: %w", err)
	}
	return list, nil
}

type scanner interface{ Scan(into ...any) error }

func scanProduct(row scanner) (p product, err error) {
	err = row.Scan(&p.ID, &p.Name, &p.Cents, &p.Stock, &p.revision)
	if errors.Is(err, sql.ErrNoRows) {
		return p, notFound("There is no such product.")
	}
	if err != nil {
		return p, fmt.Errorf("read a product: %w", err)
	}
	return p, nil
}

func (s *Shop) showProduct(w http.ResponseWriter, r *http.Request) error {
	p, err := scanProduct(s.db.QueryRowContext(r.Context(), productColumns+` WHERE id = ?`, r.PathValue("id")))
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag(p.revision))
	return write(w, http.StatusOK, p)
}

// changeProduct sets price and stock.
func (s *Shop) changeProduct(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Cents int64 `json:"cents"`
		Stock int64 `json:"stock"`
	}
	if err := read(r, &asked); err != nil {
		return err
	}
	var bad []field
	if asked.Cents < 1 || asked.Cents > 1_000_000 {
		bad = append(bad, field{"cents", "must be between 1 and 1000000"})
	}
	if asked.Stock < 0 || asked.Stock > 1_000_000 {
		bad = append(bad, field{"stock", "must be between 0 and 1000000"})
	}
	if len(bad) > 0 {
		return invalid(bad...)
	}
	var p product
	err := s.within(r.Context(), func(tx *sql.Tx) (err error) {
		if p, err = scanProduct(tx.QueryRowContext(r.Context(), productColumns+` WHERE id = ?`, r.PathValue("id"))); err != nil {
			return err
		}
		if err := unchanged(r, p.revision); err != nil {
			return err
		}
		p.Cents, p.Stock, p.revision = asked.Cents, asked.Stock, p.revision+1
		if _, err := tx.ExecContext(r.Context(), `UPDATE products SET cents = ?, stock = ?, revision = ? WHERE id = ?`, p.Cents, p.Stock, p.revision, p.ID); err != nil {
			return fmt.Errorf("change the product: %w", err)
		}
		return note(r.Context(), tx, caller(r.Context()), "product.changed", p.ID)
	})
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag(p.revision))
	return write(w, http.StatusOK, p)
}

// caller is who the gate said calls.
func caller(ctx context.Context) string { return verify.FromContext(ctx).Subject }
