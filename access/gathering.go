package access

import (
	"bytes"
	"encoding/binary"
)

// gathering makes tables of what is told of principals one by one, in whatever order.
// It points to little, too: while a policy is read, the one before is still in use.
type gathering struct {
	parts          [actors]*[parts]collected
	scratch, whole []byte
}

// collected is a part that is being made. Behind each id in its records is the number
// of a pile.
type collected struct {
	part
	piles []pile
	items []byte
}

// pile is what was told of one principal until now.
type pile struct {
	tag              uint32
	disabled         bool
	members, granted chain
}

// chain leads from the last of its items to the first: each begins with where the one
// before it begins, counted from 1, and with its length.
type chain struct{ last, number, size uint32 }

// of returns the pile of somebody who acts, and what has it.
func (g *gathering) of(who Subject) (*collected, *pile) {
	all := &g.parts[who.Kind.actor()]
	if *all == nil {
		*all = new([parts]collected)
	}
	hash := hashOf(who.ID)
	c, tag := &(*all)[hash%parts], tagOf(hash)
	if from, to := c.lies(who.ID, tag); from != to {
		record, id, _ := c.record(from)
		return c, &c.piles[binary.LittleEndian.Uint32(record[id:])]
	}
	var number [4]byte
	binary.LittleEndian.PutUint32(number[:], uint32(len(c.piles)))
	c.add([]byte(who.ID), tag, number[:])
	c.piles = append(c.piles, pile{tag: tag})
	return c, &c.piles[len(c.piles)-1]
}

func (g *gathering) principal(p Principal) {
	_, to := g.of(p.Subject)
	to.disabled = p.Disabled
}

func (g *gathering) membership(m *Membership) {
	c, to := g.of(m.Member)
	g.scratch = packMembership(g.scratch[:0], m)
	to.members.add(c, g.scratch)
}

func (g *gathering) grant(one *Grant) {
	c, to := g.of(one.Subject)
	g.scratch = packGrant(g.scratch[:0], one)
	to.granted.add(c, g.scratch)
}

// The two numbers in front of an item have four bytes each.
const itemHead = 8

func (l *chain) add(to *collected, item []byte) {
	at := uint32(len(to.items)) + 1
	to.items = binary.LittleEndian.AppendUint32(to.items, l.last)
	to.items = append(binary.LittleEndian.AppendUint32(to.items, uint32(len(item))), item...)
	l.last, l.number, l.size = at, l.number+1, l.size+uint32(len(item))
}

// pack appends the number of the items, and them in the order in which they came.
func (l *chain) pack(b []byte, from []byte) []byte {
	b = binary.AppendUvarint(b, uint64(l.number))
	b = append(b, make([]byte, l.size)...)
	end := len(b)
	for at := l.last; at != 0; {
		item := from[at-1:]
		before, length := binary.LittleEndian.Uint32(item), int(binary.LittleEndian.Uint32(item[itemHead/2:]))
		end -= copy(b[end-length:end], item[itemHead:itemHead+length])
		at = before
	}
	return b
}

// table returns that of a kind of which something was told, nil for none. Only one is
// made of it.
func (g *gathering) table(actor int) *table {
	all := g.parts[actor]
	if all == nil {
		return nil
	}
	t := &table{}
	for i := range all {
		t[i] = g.part(&all[i])
		all[i] = collected{}
	}
	return t
}

func (g *gathering) part(c *collected) part {
	done := part{stamp: stamps.Add(1), slots: make([]slot, len(c.slots)), bytes: g.whole[:0]}
	for at := 0; at < len(c.bytes); {
		record, id, next := c.record(uint32(at))
		at = int(next)
		p := &c.piles[binary.LittleEndian.Uint32(record[id:])]
		if g.scratch = p.pack(g.scratch[:0], c.items); !p.ordinary() {
			done.add(record[:id], p.tag, g.scratch)
		}
	}
	g.whole = done.bytes
	done.bytes = bytes.Clone(done.bytes) // as long as it must be
	return done
}

func (p *pile) ordinary() bool {
	return !p.disabled && p.members.number == 0 && p.granted.number == 0
}

// pack is packPrincipal of what was told.
func (p *pile) pack(b []byte, items []byte) []byte {
	b = append(b, flag(p.disabled))
	b = p.members.pack(b, items)
	return p.granted.pack(b, items)
}
