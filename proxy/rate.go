package proxy

import (
	"context"
	"time"

	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// Quotas counts requests by keys, each of which has a bound of its own; *ephemeral.Quotas
// does.
type Quotas interface {
	// Take counts one request of key, which may have burst at once and one more in each
	// every, or returns how long key has to wait; and in how long it has its whole burst
	// again. Of requests at once no more pass than may.
	Take(ctx context.Context, key string, burst int, every time.Duration) (wait, whole time.Duration)
}

const codeRate = "gate.rate"

// limit counts one request of whom the route counts by: of an address before anybody is
// asked who they are (who is nil), of others once that is known. It says in the answer how
// many are left, or refuses with "gate.rate" (TooMany) by the first limit that it is beyond;
// those behind that one do not count it. In the shadow that is noted, and the request goes on.
func (p *passage) limit(who *caller.Caller) error {
	if p.again {
		return nil
	}
	rates := p.match.Route.Rates
	for i := range rates {
		if (rates[i].Per == gate.PerAddress) != (who == nil) {
			continue
		}
		if wait := p.take(&rates[i], who); wait > 0 {
			if p.match.Route.Mode == gate.Shadow {
				p.decision.over = true
				return nil
			}
			p.decision.outcome = "limited"
			return &fault.Error{Kind: fault.TooMany, Code: codeRate, Detail: "Too many requests were sent here.", RetryAfter: wait}
		}
	}
	return nil
}

// take counts one request against a limit, and says in the answer what is left. What an
// upstream says of limits of its own is another's.
func (p *passage) take(rate *gate.Rate, who *caller.Caller) (wait time.Duration) {
	key := rate.Name + " " + string(rate.Per) + " " + p.counted(rate.Per, who)
	wait, whole := p.door.Quotas.Take(p.r.Context(), key, rate.Burst, rate.Every)
	web.Quota{Name: rate.Name, Burst: rate.Burst, Every: rate.Every}.Tell(p.status.Header(), whole)
	p.limited = true
	return wait
}

// counted is what a request is counted by. Kinds stand before ids, since those of different
// kinds may be the same.
func (p *passage) counted(per gate.Per, who *caller.Caller) string {
	switch {
	case per == gate.PerAddress:
		return id.Network(p.info.IP)
	case per == gate.PerClient && !who.Personal() && !who.OfBrowser():
		return "client:" + who.Client()
	case per == gate.PerKey && who.Key != "":
		return "key:" + string(who.Key)
	}
	return string(who.Subject.Kind) + ":" + who.Subject.ID
}
