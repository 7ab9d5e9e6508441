package shopapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"gatehouse.example/verify"
)

// The channels of the shop.
const (
	channelOrders = "orders" // what becomes of orders: of all, or of those that are the listener's own
	channelDesk   = "desk"   // where those talk to each other who may see all orders
)

// word is what is said on a channel.
type word struct {
	Type    string `json:"type"` // order, message, subscribed, unsubscribed, pong or error
	Channel string `json:"channel,omitempty"`
	From    string `json:"from,omitempty"`
	Order   *order `json:"order,omitempty"`
	Text    string `json:"text,omitempty"`
}

// live is who listens to the shop at this moment.
type live struct {
	mu        sync.Mutex
	listeners map[*listener]bool
}

// listener is somebody who listens: with own to their own orders alone.
type listener struct {
	who  string
	own  bool
	on   map[string]bool // channels; the live's lock is theirs
	hear chan word       // closed when they are too slow
}

// maxUnheard is how far a listener may be behind.
const maxUnheard = 32

func (l *live) join(r *http.Request, channels ...string) *listener {
	who, own := verify.OnlyOwn(r)
	if who == "" {
		who = caller(r.Context())
	}
	one := &listener{who: who, own: own, on: map[string]bool{}, hear: make(chan word, maxUnheard)}
	for _, channel := range channels {
		one.on[channel] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listeners == nil {
		l.listeners = map[*listener]bool{}
	}
	l.listeners[one] = true
	return one
}

func (l *live) leave(one *listener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.listeners, one)
}

// say says something to all who listen to its channel and may hear it.
func (l *live) say(w word) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for one := range l.listeners {
		if !one.on[w.Channel] || w.Order != nil && one.own && w.Order.Owner != one.who {
			continue
		}
		l.tell(one, w)
	}
}

// tell tells one listener, and ends who does not keep up. It is called with the lock.
func (l *live) tell(one *listener, w word) {
	select {
	case one.hear <- w:
	default:
		delete(l.listeners, one)
		close(one.hear)
	}
}

// answer tells one listener alone.
func (l *live) answer(one *listener, w word) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listeners[one] {
		l.tell(one, w)
	}
}

// happened tells of an order.
func (s *Shop) happened(o order) { s.live.say(word{Type: "order", Channel: channelOrders, Order: &o}) }

// listenOrders tells of orders by server-sent events.
func (s *Shop) listenOrders(w http.ResponseWriter, r *http.Request) error {
	one := s.live.join(r, channelOrders)
	defer s.live.leave(one)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	to := http.NewResponseController(w)
	alive := time.NewTicker(15 * time.Second)
	defer alive.Stop()
	for text := ": the shop's orders\n\n"; ; {
		if _, err := fmt.Fprint(w, text); err != nil || to.Flush() != nil {
			return nil
		}
		select {
		case said, ok := <-one.hear:
			if !ok {
				return nil
			}
			data, err := json.Marshal(said.Order)
			if err != nil {
				return err
			}
			text = fmt.Sprintf("event: order\ndata: %s\n\n", data)
		case <-alive.C:
			text = ": still here\n\n"
		case <-r.Context().Done():
			return nil
		}
	}
}

// talkOrders is a WebSocket on which its visitor subscribes to channels, publishes on the
// desk and pings.
func (s *Shop) talkOrders(w http.ResponseWriter, r *http.Request) error {
	one := s.live.join(r)
	defer s.live.leave(one)
	// Pages of which sites may connect is the gate's to say.
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: []string{"orders.v1"}})
	if err != nil {
		return nil // it is answered
	}
	defer c.CloseNow()
	c.SetReadLimit(maxBody)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		defer cancel()
		speak(ctx, c, one)
	}()
	for {
		_, text, err := c.Read(ctx)
		if err != nil {
			return nil // the visitor is gone
		}
		s.hears(one, text)
	}
}

// speak says to a visitor what they hear.
func speak(ctx context.Context, c *websocket.Conn, one *listener) {
	for {
		select {
		case said, ok := <-one.hear:
			if !ok {
				_ = c.Close(websocket.StatusPolicyViolation, "too slow")
				return
			}
			text, err := json.Marshal(said)
			if err != nil || c.Write(ctx, websocket.MessageText, text) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// hears does what a visitor asks for.
func (s *Shop) hears(one *listener, text []byte) {
	var asked struct{ Type, Channel, Text string }
	if err := json.Unmarshal(text, &asked); err != nil {
		s.live.answer(one, word{Type: "error", Text: "This is not the JSON that is expected here."})
		return
	}
	may := asked.Channel == channelOrders || asked.Channel == channelDesk && !one.own
	switch {
	case asked.Type == "ping":
		s.live.answer(one, word{Type: "pong", Text: asked.Text})
	case !may:
		s.live.answer(one, word{Type: "error", Channel: asked.Channel, Text: "There is no such channel for you."})
	case asked.Type == "subscribe", asked.Type == "unsubscribe":
		s.live.mu.Lock()
		one.on[asked.Channel] = asked.Type == "subscribe"
		s.live.mu.Unlock()
		s.live.answer(one, word{Type: asked.Type + "d", Channel: asked.Channel})
	case asked.Type == "publish" && asked.Channel == channelDesk:
		s.live.say(word{Type: "message", Channel: channelDesk, From: one.who, Text: asked.Text})
	default:
		s.live.answer(one, word{Type: "error", Channel: asked.Channel, Text: "A type is subscribe, unsubscribe or ping, and on the desk publish."})
	}
}
