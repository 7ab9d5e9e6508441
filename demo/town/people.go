package town

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/proof"
)

var given = strings.Fields(`Ada Alan Amara Anouk Arjun Aylin Ben Bianca Carlos Chiara Clara Daniel Dilan Edith Elif Emil
Emma Farid Fatou Finn Freya Grace Hana Henrik Ida Igor Ines Isa Ivo Jana Jonas Julia Kaito Karim Lea Leon Lina Luca Maja Marco
Maria Mei Mila Nadia Noah Nora Olga Omar Paula Pavel Rania Rosa Samir Sofia Tariq Tessa Tom Uma Viktor Yara`)

var family = strings.Fields(`Abbas Adler Almeida Andersen Bauer Becker Bernard Bianchi Brandt Castro Chen Cohen Costa Diallo
Dubois Eriksson Fischer Fontana Garcia Gruber Haddad Hansen Hoffmann Horvat Ibrahim Ito Jansen Kaya Keller Kim Kowalski Kumar
Lang Larsen Lopez Maier Martin Mensah Meyer Moreau Nagy Nguyen Novak Okafor Olsen Papadakis Petrov Popescu Richter Romano
Rossi Santos Schmidt Silva Suzuki Tanaka Varga Weber Yilmaz Zhang`)

// named is the name of a person, and their email, which has the number in it.
func named(number int) (name, email string) {
	a, b := given[number%len(given)], family[number/len(given)%len(family)]
	return a + " " + b, fmt.Sprintf("%s.%s.%d@example.test", strings.ToLower(a), strings.ToLower(b), number+1)
}

func (t *town) people() part {
	there := func(ctx context.Context, number int) (bool, error) {
		_, email := named(number)
		_, err := t.Identity.UserByEmail(ctx, email)
		return is(err)
	}
	return each("people", t.People, there, func(ctx context.Context, number int) error {
		name, email := named(number)
		first, last, _ := strings.Cut(name, " ")
		u, err := t.Identity.Create(ctx, by, identity.User{
			Email: email, EmailVerified: number%20 != 0, Name: name, Claims: identity.Claims{GivenName: first, FamilyName: last},
		}, "")
		t.names[number] = u.ID
		if err != nil || number%200 != 0 {
			return err
		}
		return t.Identity.Disable(ctx, by, u.ID)
	})
}

// person returns the id of one of the people.
func (t *town) person(ctx context.Context, number int) (id.User, error) {
	if known, ok := t.names[number]; ok {
		return known, nil
	}
	_, email := named(number)
	u, err := t.Identity.UserByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	t.names[number] = u.ID
	return u.ID, nil
}

// sessions are of people who are not disabled.
func (t *town) sessions() part {
	of := func(number int) int { return number/199*200 + 1 + number%199 }
	there := func(ctx context.Context, number int) (bool, error) {
		user, err := t.person(ctx, of(number))
		if err != nil {
			return false, err
		}
		all, err := t.House.Sessions.Of(ctx, user)
		return len(all) > 0, err
	}
	return each("sessions", t.Size.Sessions, there, func(ctx context.Context, number int) error {
		user, err := t.person(ctx, of(number))
		if err != nil {
			return err
		}
		_, _, err = t.House.Sessions.Create(ctx, browser(user, number), user, proof.List{{Method: proof.Password, At: now(), Source: proof.ByPassword}})
		return err
	})
}
