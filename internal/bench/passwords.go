package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// beaten is a server that tokens are asked of while people sign in, and how they do.
type beaten struct {
	name    string
	subject *subject
	// paced makes people sign in as often as they did at Gatehouse in this round.
	paced             bool
	rates, idle, busy []float64
}

// passwords asks whether it is Gatehouse that makes tokens late while sign-ins saturate,
// or the machine: a bare server takes the very same load. It answers people with the
// bytes of Gatehouse's pages, and gives each password to a child process of the same
// code; it has no database, no session, no log, and nothing that could be in the way.
// One more derives no key at all, and shows what the browsers cost.
func (b *bench) passwords() error {
	defer b.stopAll()
	s, err := b.newSubject("passwords", "", 0, people)
	if err != nil {
		return err
	}
	pages, err := b.pagesOf(s)
	if err != nil {
		return err
	}
	deriving, err := b.bareSignIns(s, pages, true)
	if err != nil {
		return err
	}
	idling, err := b.bareSignIns(s, pages, false)
	if err != nil {
		return err
	}
	list := []*beaten{
		{name: "Gatehouse", subject: s},
		{name: "bare, the same child, as fast as it goes", subject: deriving},
		{name: "bare, the same child, at Gatehouse's rate", subject: deriving, paced: true},
		{name: "bare, no hash, at Gatehouse's rate", subject: idling, paced: true},
	}
	for range *repeat {
		for _, one := range list {
			pace := 0.0
			if first := list[0].rates; one.paced {
				pace = first[len(first)-1]
			}
			if err := b.beat(one, pace); err != nil {
				return err
			}
		}
	}
	fmt.Printf("## Passwords beside a bare server\n\ntoken requests at 200/s; medians of %d runs by turns (all of them)\n\n", *repeat)
	fmt.Print("| server | sign-ins/s | token p99 ms, idle | while people sign in | of idle |\n| --- | --- | --- | --- | --- |\n")
	for _, one := range list {
		of := ratios(one.busy, one.idle)
		fmt.Printf("| %s | %.1f %.1f | %.2f %.2f | %.2f %.2f | **%.2fx** %.2f |\n", one.name, middle(one.rates), one.rates,
			middle(one.idle), one.idle, middle(one.busy), one.busy, middle(of), of)
	}
	fmt.Println()
	return nil
}

func ratios(over, under []float64) (list []float64) {
	for i := range over {
		list = append(list, over[i]/under[i])
	}
	return list
}

// beat measures one server once: tokens alone, then beside people who sign in.
func (b *bench) beat(one *beaten, pace float64) error {
	idle, err := b.tokenLatency(one.subject)
	if err != nil {
		return err
	}
	crowd, err := openBrowsers(one.subject.url, pace)
	if err != nil {
		return err
	}
	time.Sleep(time.Second) // until the slots are busy
	from, began := crowd.done.Load(), time.Now()
	busy, err := b.tokenLatency(one.subject)
	rate := float64(crowd.done.Load()-from) / time.Since(began).Seconds()
	one.rates, one.idle, one.busy = append(one.rates, rate), append(one.idle, idle.P99), append(one.busy, busy.P99)
	return errors.Join(err, crowd.close())
}

// pagesOf keeps the page that asks for a password, and the one behind it.
func (b *bench) pagesOf(s *subject) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	c := &http.Client{Jar: jar, Transport: transport}
	asks, account, err := s.walkIn(background(), c, email(0))
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.dir, "pages")
	return dir, errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "signin"), []byte(asks), 0o600),
		os.WriteFile(filepath.Join(dir, "account"), []byte(account), 0o600))
}

// bareSignIns starts a bare server, which is this program.
func (b *bench) bareSignIns(s *subject, pages string, derives bool) (*subject, error) {
	args := []string{"-pages", pages}
	if derives {
		args = append(args, "-derive")
	}
	address, pid, err := b.bareHelper("-bare-sign-ins", args...)
	return &subject{url: address, clientID: s.clientID, secret: s.secret, pid: pid}, err
}

// readPage returns a page that pagesOf kept.
func readPage(dir, name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, name))
	return strings.TrimSpace(string(content)), err
}
