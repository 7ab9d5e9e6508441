package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/store"
)

// guidedError is an error with a way on: what was meant, or where to look for it.
type guidedError struct {
	error
	way string
}

func (e *guidedError) Unwrap() error { return e.error }

// noun is a sort of thing that commands name: which of them lists those there are, and
// where their names come from, nil where Gatehouse makes them up.
type noun struct {
	list  string
	names suggestion
}

// nouns are the sorts of things, as the codes of faults call them.
var nouns = map[string]noun{
	"user":       {`"gatehouse user list"`, peopleLike},
	"client":     {`"gatehouse client list"`, applications},
	"service":    {`"gatehouse service list"`, services},
	"group":      {`"gatehouse group list"`, groups},
	"org":        {`"gatehouse org list"`, orgs},
	"api":        {`"gatehouse api list"`, apis},
	"permission": {`"gatehouse permission list"`, permissions},
	"role":       {`"gatehouse role list"`, rolesByAnyName},
	"scope":      {`"gatehouse scope list"`, boundScopes},
	"key":        {`"gatehouse keys list"`, signingKeys},
	"grant":      {`"gatehouse grant list"`, nil},
	"lock":       {`"gatehouse lock list"`, nil},
	"session":    {`"gatehouse session list"`, nil},
	"servicekey": {`"gatehouse service key list"`, nil},
	"gate":       {`"gatehouse route list", "gatehouse upstream list" or "gatehouse edge list"`, nil},
	"member":     {`"gatehouse group members" or "gatehouse org members"`, nil},
}

// guided adds a way on to an error about a name: that nothing has, or that something
// has already.
func guided(ctx context.Context, h *house.House, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	thing, what, _ := strings.Cut(f.Code, ".")
	n, known := nouns[thing]
	switch {
	case !known:
		return guidedByField(ctx, h, err, f)
	case what == "exists" && (thing == "client" || thing == "service"): // no two of them have one id
		return &guidedError{err, nouns["client"].list + " and " + nouns["service"].list + " list those there are."}
	case what == "exists":
		return &guidedError{err, n.list + " lists those there are."}
	case what == "not_found" || what == "unknown":
		return &guidedError{err, n.way(ctx, h.Store, quotedIn(f.Detail))}
	}
	return guidedByField(ctx, h, err, f)
}

// unknownThings are the sorts of things of which fields say that there is none such.
var unknownThings = map[string]string{
	"is no role": "role", "is no role that there is": "role", "is no group that there is": "group",
	"is no application that is registered": "client",
}

// guidedByField is guided for a name that was one of several on the command line.
func guidedByField(ctx context.Context, h *house.House, err error, f *fault.Error) error {
	said, ok := errors.AsType[*spokenError](err)
	if !ok {
		return err
	}
	for _, field := range f.Fields {
		if thing := unknownThings[field.Problem]; thing != "" {
			_, name := said.say(field.Name)
			return &guidedError{err, nouns[thing].way(ctx, h.Store, name)}
		}
	}
	return err
}

// way says what was meant by the name of something that is not there, if that can be
// known, and what lists those there are.
func (n noun) way(ctx context.Context, s *store.Store, name string) string {
	lists := n.list + " lists those there are."
	if near := n.near(ctx, s, name); near != "" && near != name {
		return fmt.Sprintf("Did you mean %q? %s", near, lists)
	}
	return lists
}

// near is the name of a thing that is there which is most like name, "" for none.
func (n noun) near(ctx context.Context, s *store.Store, name string) string {
	if n.names == nil || name == "" {
		return ""
	}
	found, err := n.names(ctx, s, name)
	if err != nil { // the error that is told already matters more
		return ""
	}
	var names, whole []string
	for _, one := range found {
		is, _, _ := strings.Cut(one, "\t") // behind it stands what the shell tells of it
		if strings.HasPrefix(is, name+"@") || strings.HasSuffix(is, "/"+name) {
			whole = append(whole, is)
		}
		names = append(names, is)
	}
	switch slices.Sort(whole); len(slices.Compact(whole)) {
	case 0:
		return config.Nearest(name, names)
	case 1:
		return whole[0]
	}
	return "" // nobody knows which of them
}

// quotedIn is the first text in quotes of a sentence, "" where there is none.
func quotedIn(sentence string) string {
	begin := strings.IndexByte(sentence, '"')
	if begin < 0 {
		return ""
	}
	quoted, err := strconv.QuotedPrefix(sentence[begin:])
	if err != nil {
		return ""
	}
	text, _ := strconv.Unquote(quoted)
	return text
}

// peopleLike offers people whose address begins as that of somebody who is not there:
// with all before the @, or with a letter or three.
func peopleLike(ctx context.Context, s *store.Store, name string) ([]cobra.Completion, error) {
	local, _, _ := strings.Cut(name, "@")
	letters := []rune(local)
	var all []cobra.Completion
	for _, n := range []int{len(letters), min(3, len(letters)), min(1, len(letters))} {
		found, err := people(ctx, s, string(letters[:n]))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// rolesByAnyName is roles, with the bare names of those that are built in.
func rolesByAnyName(ctx context.Context, s *store.Store, prefix string) ([]cobra.Completion, error) {
	all, err := roles(ctx, s, prefix)
	for _, r := range access.BuiltInRoles() {
		_, bare, _ := strings.Cut(r.ID, "/")
		all = append(all, bare)
	}
	return all, err
}

// whose says which person has an address that somebody else cannot have.
func whose(ctx context.Context, h *house.House, err error, email string) error {
	if fault.CodeOf(err) != "user.email_taken" {
		return err
	}
	u, lookErr := h.Identity.UserByEmail(ctx, email)
	if lookErr != nil { // gone meanwhile
		return err
	}
	return &guidedError{err, fmt.Sprintf("It is %s; \"gatehouse user show %s\" tells more.", u.ID, plain(u.Email))}
}
