package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/id"
	"gatehouse/internal/crowd"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/store"
)

// backlog lets a part of a full house end: of these tables the rows whose turn it
// is, a hundred days ago.
func backlog(storeURL string, part int) (err error) {
	db, postgres, err := openToFill(storeURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	past := time.Now().Add(-100 * 24 * time.Hour).UnixMicro()
	for _, t := range [][3]string{
		{"sessions", "expires_at", "created_at"},
		{"refresh_families", "expires_at", "created_at"},
		{"codes", "expires_at", "created_at"},
		{"interactions", "expires_at", "created_at"},
		{"revocations", "until_at", "seq"},
	} {
		text := fmt.Sprintf("UPDATE %s SET %s = %d WHERE %s %% %d = 0", t[0], t[1], past, t[2], part)
		if _, err := db.Exec(text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	if postgres {
		_, err = db.Exec("VACUUM ANALYZE")
	}
	return err
}

// janitor measures what a sweep costs those who rotate beside it, in one process
// with it, and what it costs where nothing is due.
func (b *bench) janitor(backend string, s *subject) error {
	fmt.Printf("## The janitor, %s\n\n", backend)
	open := func() (*store.Store, error) {
		return store.Open(background(), store.Config{URL: s.cfg.Store.URL, MaxConns: s.cfg.Store.MaxConns}, quiet())
	}
	st, err := open()
	if err != nil {
		return err
	}
	err = errors.Join(idleSweep(st), st.Close())
	if err == nil {
		err = backlog(s.cfg.Store.URL, 10)
	}
	if err != nil {
		return err
	}
	if st, err = open(); err != nil {
		return err
	}
	defer st.Close()
	return b.busySweeps(st)
}

// idleSweep measures a pass with nothing due.
func idleSweep(st *store.Store) error {
	for range 2 {
		began := time.Now()
		counts, err := st.Sweep(background(), time.Now())
		if err != nil {
			return err
		}
		if total(counts) == 0 {
			fmt.Printf("With nothing due a pass takes %v. ", time.Since(began).Round(10*time.Microsecond))
		}
	}
	return nil
}

func total(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// Rounds without a sweep and beside one take turns often: on a machine that has
// other work, too, both get the same part of it.
const (
	sweepRounds = 8
	sweepRound  = time.Second
)

func (b *bench) busySweeps(st *store.Store) error {
	r, err := newRotators(st, 16)
	if err != nil {
		return err
	}
	var without, with []float64
	var removed int64
	for range *repeat * sweepRounds {
		alone, err := r.run(sweepRound)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(background(), sweepRound)
		swept := make(chan int64)
		go func() {
			counts, _ := st.Sweep(ctx, time.Now()) // it is interrupted
			swept <- total(counts)
		}()
		beside, err := r.run(sweepRound)
		cancel()
		removed += <-swept
		if err != nil {
			return err
		}
		without, with = append(without, alone...), append(with, beside...)
	}
	fmt.Printf("%.0f rows a second are removed. Of 16 who rotate every 10 ms, ms:\n\n| | without it | beside it | |\n| --- | --- | --- | --- |\n",
		float64(removed)/(sweepRound.Seconds()*float64(*repeat*sweepRounds)))
	for _, part := range []float64{0.5, 0.9, 0.99, 0.999} {
		one, other := percentile(without, part), percentile(with, part)
		fmt.Printf("| p%g | %.2f | %.2f | **%.2f×** |\n", 100*part, one, other, other/one)
	}
	fmt.Println()
	return nil
}

// rotators rotate families of their own, each every 10 ms.
type rotators struct {
	store    *store.Store
	families []oauth.Family
}

func newRotators(st *store.Store, n int) (*rotators, error) {
	r := &rotators{store: st}
	for i := range n {
		name, _ := id.NewFamily()
		now := time.Now()
		f := oauth.Family{
			ID: name, Generation: 1, CurrentHash: fmt.Appendf(nil, "%d", i), Created: now, RotatedAt: now,
			IdleExpires: now.Add(24 * time.Hour), Expires: now.Add(24 * time.Hour),
			Authorization: oauth.Authorization{ID: id.NewAuthorization(), Client: "bench", User: id.User(crowd.ID("usr_", i+1)), AuthTime: now, Level: proof.AAL1},
		}
		if err := st.InsertFamily(background(), f); err != nil {
			return nil, err
		}
		r.families = append(r.families, f)
	}
	return r, nil
}

// run returns how long each rotation took, in milliseconds, counted from when it
// was due: who waits makes the next one late.
func (r *rotators) run(d time.Duration) ([]float64, error) {
	var mu sync.Mutex
	var took []float64
	var failed error
	var all sync.WaitGroup
	for i := range r.families {
		all.Go(func() {
			mine, err := r.rotate(&r.families[i], d)
			mu.Lock()
			defer mu.Unlock()
			took, failed = append(took, mine...), errors.Join(failed, err)
		})
	}
	all.Wait()
	return took, failed
}

func (r *rotators) rotate(f *oauth.Family, d time.Duration) (took []float64, err error) {
	begun := time.Now()
	for due := begun; due.Sub(begun) < d; due = due.Add(10 * time.Millisecond) {
		time.Sleep(time.Until(due))
		next := []byte(id.NewEvent())
		ok, err := r.store.RotateFamily(background(), oauth.Rotation{
			Family: f.ID, Client: f.Client, Presented: f.CurrentHash, Next: next, Sealed: next,
			Now: time.Now(), IdleExpires: f.IdleExpires,
		})
		if err != nil || !ok {
			return took, fmt.Errorf("a rotation was refused: %w", err)
		}
		f.CurrentHash = next
		took = append(took, time.Since(due).Seconds()*1000)
	}
	return took, nil
}
