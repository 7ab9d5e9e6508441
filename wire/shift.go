package wire

import (
	"time"

	"gatehouse/access"
	"gatehouse/id"
)

// Moved is who gains, or who loses, by changes of roles.
type Moved struct {
	Count int     `json:"count"`
	First []Mover `json:"first"` // the first of them
}

// Mover is one of them.
type Mover struct {
	Principal   Subject  `json:"principal"`
	Permissions []string `json:"permissions"`    // the first of them
	More        int      `json:"more,omitempty"` // how many there are besides
}

// RoleHolder is somebody who has a role.
type RoleHolder struct {
	Principal Subject      `json:"principal"`
	Role      string       `json:"role"` // of which the grant is
	Grant     id.Grant     `json:"grant"`
	Path      []Subject    `json:"path"`
	Org       string       `json:"org,omitempty"` // within which it counts
	Where     access.Place `json:"where"`
	Until     time.Time    `json:"until,omitzero"`
	Others    int          `json:"others,omitempty"` // how many more grants give it to them
}

// OfMoved returns the shape of m, without emails.
func OfMoved(m access.Moved) Moved {
	w := Moved{Count: m.Count, First: make([]Mover, len(m.First))}
	for i, one := range m.First {
		w.First[i] = Mover{Principal: OfSubject(one.Principal), Permissions: list(one.Permissions), More: one.More}
	}
	return w
}

// OfRoleHolder returns the shape of h, without an email.
func OfRoleHolder(h access.RoleHolder) RoleHolder {
	return RoleHolder{
		Principal: OfSubject(h.Principal), Role: h.Role, Grant: h.Grant, Path: OfPath(h.Path), Org: h.Org, Where: h.Where, Until: h.Until.UTC(), Others: h.Others,
	}
}
