package pdp

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"time"
)

// hearing is an open stream.
type hearing struct {
	*told
	resp  *http.Response
	lines *bufio.Scanner
	stop  context.CancelFunc
}

func (g *told) hear(last string) *hearing {
	g.Helper()
	return g.hearing("shop", last)
}

func (g *told) hearAs(caller string) *hearing {
	g.Helper()
	return g.hearing(caller, "")
}

func (g *told) hearing(caller, last string) *hearing {
	g.Helper()
	ctx, stop := context.WithTimeout(g.Context(), 20*time.Second)
	resp := g.getAs(ctx, caller, "", last, true)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		g.Fatalf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	h := &hearing{g, resp, bufio.NewScanner(resp.Body), stop}
	h.lines.Buffer(nil, 1<<20)
	return h
}

// next returns the next batch; ok is false when the stream is over.
func (h *hearing) next() (p payload, ok bool) {
	h.Helper()
	var id, data string
	for h.lines.Scan() {
		name, value, _ := strings.Cut(h.lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "data":
			data = value
		case "":
			if p = h.read(data); p.Cursor != id {
				h.Errorf("the event has the id %s, and the batch the cursor %s", id, p.Cursor)
			}
			return p, true
		}
	}
	return payload{}, false
}

// until returns the first batch that tells something, and how many came before.
func (h *hearing) until() (p payload, empty int) {
	h.Helper()
	for {
		p, ok := h.next()
		if !ok {
			h.Fatal("the stream is over")
		}
		if len(p.Events) > 0 {
			return p, empty
		}
		empty++
	}
}
