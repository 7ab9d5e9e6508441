package main

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/internal/crowd"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// fullHouse is the house that `make bench/growth` fills, for each person a session,
// two families, and an audit event. With -grants one in five has a
// grant and a membership, too, which every process holds in memory.
func fullHouse(people int) crowd.Size {
	return crowd.Size{
		People: people, Sessions: people, Families: 2 * people, Events: people,
		Revocations: people / 5, Others: people / 5, Clients: 50, Ordinary: !*grants,
	}
}

// emptyHouse has the people of the families that are rotated, and nobody else.
var emptyHouse = crowd.Size{People: 2200, Sessions: 2200, Clients: 50}

// rotated is how many families are measured. They are spread over all people.
const rotated = 2000

// growth compares a full house with an empty one.
func (b *bench) growth(backend string) error {
	defer b.stopAll()
	urls := map[string]string{}
	if backend == "postgres" {
		var err error
		if urls, err = growthDatabases(); err != nil || len(urls) == 0 {
			return err
		}
	}
	began := time.Now()
	empty, err := b.grown("empty-"+backend, urls["empty"], emptyHouse)
	if err != nil {
		return err
	}
	full, err := b.grown("full-"+backend, urls["full"], fullHouse(*crowded))
	if err != nil {
		return err
	}
	fmt.Printf("## Growth, %s\n\n%d people and sessions, %d families, %d audit events, %d revocations; filled in %v\n\n",
		backend, *crowded, 2*(*crowded), *crowded, *crowded/5, time.Since(began).Round(time.Second))
	fmt.Print("| | empty | full | full to empty | goal |\n| --- | --- | --- | --- | --- |\n")
	for _, measure := range []func(empty, full *subject) error{b.compareStarts, b.compareServing, b.compareSignIns, compareMemory} {
		if err := measure(empty, full); err != nil {
			return err
		}
	}
	fmt.Println()
	b.stopAll()
	return b.janitor(backend, full)
}

// grown makes a house of a size. It is not served yet.
func (b *bench) grown(name, storeURL string, size crowd.Size) (*subject, error) {
	cfg, err := b.configFor(name, storeURL)
	if err != nil {
		return nil, err
	}
	s := &subject{cfg: cfg}
	if s.remembered() {
		return s, s.withHouse(func(h *house.House) error { return s.seedSpread(h, size.People) })
	}
	if err := s.seed(0, signers); err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	if err := s.withHouse(func(h *house.House) error { return seedClients(h, size.Clients) }); err != nil {
		return nil, fmt.Errorf("seed clients: %w", err)
	}
	if err := fill(s.cfg.Store.URL, size); err != nil {
		return nil, fmt.Errorf("fill: %w", err)
	}
	if strings.HasPrefix(s.cfg.Store.URL, "sqlite:") {
		if err := os.WriteFile(s.note(), []byte(s.secret), 0o600); err != nil {
			return nil, err
		}
	}
	return s, s.withHouse(func(h *house.House) error { return s.seedSpread(h, size.People) })
}

// remembered reports whether -keep left this very house on SQLite, and takes its client's secret
// from it.
func (s *subject) remembered() bool {
	content, err := os.ReadFile(s.note())
	s.clientID, s.secret = "bench", string(content)
	return err == nil
}

func (s *subject) note() string { return filepath.Join(s.cfg.DataDir, "client.secret") }

// signers sign in by turns.
const signers = 8

func (s *subject) withHouse(f func(h *house.House) error) error {
	h, err := house.Open(background(), s.cfg, quiet())
	if err != nil {
		return err
	}
	return errors.Join(f(h), h.Close())
}

func seedClients(h *house.House, n int) error {
	before := time.Now().Add(-100 * 24 * time.Hour) // or what they hold would be of others who had their names
	for i := range n {
		if err := h.Store.InsertClient(background(), oauth.Client{ID: id.Client(crowd.Client(i + 1)), Name: "Crowd", SkipConsent: true, Created: before, Updated: before}); err != nil {
			return err
		}
	}
	return nil
}

// seedSpread gives families to people from the first to the last, each in a
// session of theirs that lives, and writes their tokens down.
func (s *subject) seedSpread(h *house.House, among int) error {
	codec := oauth.RefreshCodec{Key: h.Keeper.Key("refresh-token"), KeyID: 1}
	var tokens [2]strings.Builder
	step := max(1, among/(rotated+rotated/10))
	for person, n := 1, 0; n < rotated; person += step {
		if person%20 == 0 { // their session was ended
			continue
		}
		n++
		name, raw := id.NewFamily()
		token, hash := codec.Mint(raw, 1)
		now := time.Now().UTC()
		err := h.Store.InsertFamily(background(), oauth.Family{
			ID: name, Generation: 1, CurrentHash: hash, Created: now, RotatedAt: now,
			IdleExpires: now.Add(24 * time.Hour), Expires: now.Add(48 * time.Hour),
			Authorization: oauth.Authorization{
				ID: id.NewAuthorization(), Client: "bench", User: id.User(crowd.ID("usr_", person)), Session: id.Session(crowd.ID("ses_", person)),
				Scopes: []string{"offline_access", "api"}, Audiences: []string{s.cfg.Issuer}, AuthTime: now, Level: proof.AAL2, AMR: []string{"pwd", "otp"}, // one in five has a second factor
			},
		})
		if err != nil {
			return err
		}
		tokens[n%2].WriteString(token + "\n")
	}
	s.refresh = filepath.Join(s.cfg.DataDir, "refresh.txt")
	return errors.Join(os.WriteFile(s.refresh, []byte(tokens[0].String()), 0o600), os.WriteFile(s.refresh+unused, []byte(tokens[1].String()), 0o600))
}

// unused ends the name of the file with the tokens of the second measurement: the
// driver forgets what the first one got for its own.
const unused = ".unused"

// growthDatabases names the databases of both houses, and none without a server.
func growthDatabases() (map[string]string, error) {
	admin := os.Getenv("GATEHOUSE_TEST_POSTGRES")
	if admin == "" {
		fmt.Print("## Growth, postgres\n\nskipped: GATEHOUSE_TEST_POSTGRES is not set\n\n")
		return nil, nil
	}
	u, err := url.Parse(admin)
	if err != nil {
		return nil, err
	}
	urls := map[string]string{}
	for _, name := range []string{"empty", "full"} {
		if err := createDatabases(admin, []string{"bench_" + name}); err != nil {
			return nil, err
		}
		c := *u
		c.Path = "/bench_" + name
		urls[name] = c.String()
	}
	return urls, nil
}

// compareStarts leaves both houses served.
func (b *bench) compareStarts(empty, full *subject) error {
	took := map[*subject][]time.Duration{}
	for range 5 {
		b.stopAll()
		for _, s := range []*subject{empty, full} {
			began := time.Now()
			if err := b.serve(s); err != nil {
				return err
			}
			took[s] = append(took[s], time.Since(began))
		}
	}
	one, other := median(took[empty]), median(took[full])
	fmt.Printf("| start to ready | %v | **%v** | %.2f× | 150 ms |\n", one, other, float64(other)/float64(one))
	return nil
}

// compareServing measures what programs ask, by turns at both houses.
func (b *bench) compareServing(empty, full *subject) error {
	var list []scenario
	for name, s := range map[string]*subject{"empty ": empty, "full ": full} {
		tokens, err := s.accessTokens(500)
		if err != nil {
			return err
		}
		pids := []int{s.pid}
		list = append(list,
			scenario{Name: name + "client credentials", Mode: "client_credentials", URL: s.url + "/oauth2/token", ID: s.clientID, Secret: s.secret, Conc: 16, PIDs: pids},
			scenario{Name: name + "rotation", Mode: "refresh", URL: s.url + "/oauth2/token", ID: s.clientID, Secret: s.secret, Tokens: s.refresh, Conc: 16, PIDs: pids},
			scenario{Name: name + "introspection", Mode: "introspect", URL: s.url + "/oauth2/introspect", ID: s.clientID, Secret: s.secret, Tokens: tokens, Want: `"active":true`, Conc: 16, PIDs: pids})
	}
	slices.SortFunc(list, func(x, y scenario) int { return strings.Compare(x.Mode+x.Name, y.Mode+y.Name) }) // of one kind beside each other
	results, err := b.suite(list)
	if err != nil {
		return err
	}
	atHalf, err := b.suite(halfAsFast(list, results))
	if err != nil {
		return err
	}
	for _, kind := range []string{"client credentials", "rotation", "introspection"} {
		e, f := results["empty "+kind], results["full "+kind]
		fmt.Printf("| %s, a second | %.0f | %.0f | **%.2f×** | 0.95× |\n", kind, e.RPS, f.RPS, f.RPS/e.RPS)
		fmt.Printf("| CPU, µs a request | %.0f | %.0f | %.2f× | |\n", e.CPU, f.CPU, f.CPU/e.CPU)
		fmt.Printf("| p99 as fast as it goes, ms | %.1f | %.1f | %.2f× | |\n", e.P99, f.P99, f.P99/e.P99)
		eh, fh := atHalf["empty "+kind], atHalf["full "+kind]
		fmt.Printf("| p99 at %.0f a second, ms | %.2f | %.2f | **%.2f×** | 1.2× |\n", eh.RPS, eh.P99, fh.P99, fh.P99/eh.P99)
		if n := e.Errors + f.Errors + eh.Errors + fh.Errors; n > 0 {
			return fmt.Errorf("%s: %d errors: %s %s %s %s", kind, n, e.FirstError, f.FirstError, eh.FirstError, fh.FirstError)
		}
	}
	return nil
}

// halfAsFast are the same scenarios, each at half of what the empty house did. As
// fast as it goes, driver and server wait for each other's time slices on the same
// processors, and the p99 tells of these more than of the server.
func halfAsFast(list []scenario, results map[string]result) []scenario {
	slow := slices.Clone(list)
	for i := range slow {
		_, kind, _ := strings.Cut(slow[i].Name, " ")
		slow[i].Rate = math.Round(results["empty "+kind].RPS / 2)
		if kind == "rotation" {
			slow[i].Tokens += unused
		}
	}
	return slow
}

// signInRounds is how often somebody signs in at each house.
const signInRounds = 100

// compareSignIns measures one sign-in after the other, page and post, by turns.
func (b *bench) compareSignIns(empty, full *subject) error {
	took := map[*subject][]float64{}
	for i := range signInRounds {
		for _, s := range []*subject{empty, full} {
			began := time.Now()
			if err := s.signIn(background(), email(i%signers)); err != nil {
				return err
			}
			took[s] = append(took[s], time.Since(began).Seconds()*1000)
		}
	}
	e, f := middle(took[empty]), middle(took[full])
	fmt.Printf("| sign-in, ms | %.1f | %.1f | **%.2f×** | 1/0.95× |\n", e, f, f/e)
	e, f = percentile(took[empty], 0.99), percentile(took[full], 0.99)
	fmt.Printf("| p99, ms | %.1f | %.1f | **%.2f×** | 1.2× |\n", e, f, f/e)
	return nil
}

// percentile returns the value below which that part of list lies.
func percentile(list []float64, part float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)-1, int(math.Ceil(part*float64(len(sorted))))-1)]
}

func compareMemory(empty, full *subject) error {
	e, err := rss(empty.pid)
	if err != nil {
		return err
	}
	f, err := rss(full.pid)
	if err != nil {
		return err
	}
	fmt.Printf("| memory after all this, MB | %.0f | %.0f | **%.2f×** | 2× |\n", e, f, f/e)
	return nil
}
