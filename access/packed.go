package access

import (
	"encoding/binary"
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// What was given to a principal by name lies in memory as bytes until somebody asks:
// the garbage collector would walk a hundred thousand of them as structs again and
// again. Only this program writes and reads these bytes, and never another version of
// it, so nothing here can be malformed.

// frequent are texts that take one byte. Any other takes one more than it is long, or two.
var frequent = [...]string{
	"", Any, string(Allow), string(Deny), string(Everywhere), string(Own), string(Listed), string(Condition),
	string(User), string(ServiceAccount), string(Client), string(Group), string(Organisation),
}

func packText(b []byte, s string) []byte {
	for i := range frequent {
		if s == frequent[i] {
			return append(b, byte(i))
		}
	}
	return append(binary.AppendUvarint(b, uint64(len(frequent)+len(s))), s...)
}

// packTime loses the zone: nothing that is decided depends on it.
func packTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	b = binary.AppendVarint(append(b, 1), t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

func packWindow(b []byte, w Window) []byte { return packTime(packTime(b, w.NotBefore), w.ExpiresAt) }

func packSubject(b []byte, s Subject) []byte { return packText(packText(b, string(s.Kind)), s.ID) }

// packGrant leaves out whom the grant is for, which the record begins with, and where it
// came from and why, which nothing is decided by.
func packGrant(b []byte, g *Grant) []byte {
	b = packText(b, string(g.ID))
	b = packText(b, string(g.Effect))
	b = packText(b, g.Role)
	b = packText(b, g.Permission.API)
	b = packText(b, g.Permission.Resource)
	b = packText(b, g.Permission.Action)
	b = packText(b, g.Org)
	b = packText(b, string(g.Where.Place))
	b = binary.AppendUvarint(b, uint64(len(g.Where.IDs)))
	for _, name := range g.Where.IDs {
		b = packText(b, name)
	}
	b = packText(b, g.Where.Expression)
	b = packWindow(b, g.Window)
	b = binary.AppendVarint(b, int64(g.Requires.Level))
	b = binary.AppendVarint(b, int64(g.Requires.MaxAge))
	return append(b, flag(g.Withdrawn))
}

// packPrincipal packs all but the id; nil for somebody ordinary.
func packPrincipal(disabled bool, memberships []Membership, grants []Grant) []byte {
	if !disabled && len(memberships) == 0 && len(grants) == 0 {
		return nil
	}
	b := binary.AppendUvarint([]byte{flag(disabled)}, uint64(len(memberships)))
	for i := range memberships {
		b = packMembership(b, &memberships[i])
	}
	b = binary.AppendUvarint(b, uint64(len(grants)))
	for i := range grants {
		b = packGrant(b, &grants[i])
	}
	return b
}

// disabled reads what of packPrincipal says whether somebody is.
func disabled(packed []byte) bool { return packed[0] == 1 }

func packMembership(b []byte, m *Membership) []byte {
	return packWindow(packSubject(b, m.Of), m.Window)
}

func flag(yes bool) byte {
	if yes {
		return 1
	}
	return 0
}

// unpacking reads what was packed, from a copy of it: its texts are parts of that.
type unpacking struct{ rest string }

func (u *unpacking) byte() byte {
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

func (u *unpacking) number() (n uint64) {
	for shift := 0; ; shift += 7 {
		b := u.byte()
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n
		}
	}
}

func (u *unpacking) signed() int64 {
	n := u.number()
	return int64(n>>1) ^ -int64(n&1)
}

func (u *unpacking) text() string {
	n := u.number()
	if n < uint64(len(frequent)) {
		return frequent[n]
	}
	n -= uint64(len(frequent))
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func (u *unpacking) time() time.Time {
	if u.byte() == 0 {
		return time.Time{}
	}
	seconds := u.signed()
	return time.Unix(seconds, int64(u.number())).UTC()
}

func (u *unpacking) window() (w Window) {
	w.NotBefore = u.time()
	w.ExpiresAt = u.time()
	return w
}

func (u *unpacking) subject() (s Subject) {
	s.Kind = Kind(u.text())
	s.ID = u.text()
	return s
}

func (u *unpacking) grant(g *Grant) {
	g.ID = id.Grant(u.text())
	g.Effect = Effect(u.text())
	g.Role = u.text()
	g.Permission.API = u.text()
	g.Permission.Resource = u.text()
	g.Permission.Action = u.text()
	g.Org = u.text()
	g.Where.Place = Place(u.text())
	if n := u.number(); n > 0 {
		g.Where.IDs = make([]string, n)
	}
	for i := range g.Where.IDs {
		g.Where.IDs[i] = u.text()
	}
	g.Where.Expression = u.text()
	g.Window = u.window()
	g.Requires.Level = proof.Level(u.signed())
	g.Requires.MaxAge = time.Duration(u.signed())
	g.Withdrawn = u.byte() == 1
}

// unpack makes a principal of a record that begins with an id of that length.
func unpack(kind Kind, record []byte, id int) *principal {
	text := string(record)
	p, u := &principal{id: text[:id]}, unpacking{text[id:]}
	p.disabled = u.byte() == 1
	if n := u.number(); n > 0 {
		p.member = make([]edge, n)
	}
	for i := range p.member {
		p.member[i].to = u.subject()
		p.member[i].span = u.window().span()
	}
	n := u.number()
	if n == 0 {
		return p
	}
	grants, read := make([]Grant, n), make([]grant, n)
	p.grants = make([]*grant, n)
	for i := range grants {
		grants[i].Subject = Subject{kind, p.id}
		u.grant(&grants[i])
		read[i] = compiled(&grants[i])
		p.grants[i] = &read[i]
	}
	return p
}
