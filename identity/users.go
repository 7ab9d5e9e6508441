package identity

import (
	"cmp"
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// User returns a person, UserByEmail the one with that email in any case; both
// answer NotFound when there is none.
func (s *Service) User(ctx context.Context, user id.User) (User, error) {
	return s.Store.User(ctx, user)
}

// UserByEmail is described at User.
func (s *Service) UserByEmail(ctx context.Context, email string) (User, error) {
	return s.Store.UserByEmail(ctx, Canonical(email))
}

// Hold runs f on a person who stays as they are, but for what f changes, until the one
// transaction of it all is over. NotFound: there is no such person.
func (s *Service) Hold(ctx context.Context, user id.User, f func(ctx context.Context, u User) error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		u, err := s.Store.HoldUser(ctx, user)
		if err != nil {
			return fmt.Errorf("hold a person: %w", err)
		}
		return f(ctx, u)
	})
}

// Create adds a person and returns them with id and times. An empty password
// makes a person who cannot sign in yet. Faults: "user.invalid",
// "password.weak" (Invalid), "user.email_taken" (Conflict).
func (s *Service) Create(ctx context.Context, by audit.Actor, u User, password string) (User, error) {
	u, err := prepareNew(u)
	if err != nil {
		return User{}, err
	}
	hash := ""
	if password != "" {
		if hash, err = s.newHash(ctx, u, password); err != nil {
			return User{}, fmt.Errorf("create user: %w", err)
		}
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		return s.insert(ctx, by, u, hash, ActionUserCreate)
	})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

// CheckNew answers what Create would answer of u itself, before a password is there:
// "user.invalid", "user.email_taken" (Conflict). It promises nothing: who is made
// meanwhile may take the address.
func (s *Service) CheckNew(ctx context.Context, u User) error {
	u, err := prepareNew(u)
	if err != nil {
		return err
	}
	_, err = s.UserByEmail(ctx, u.Email)
	if err == nil {
		return emailTaken(fault.New(fault.Conflict, "user.email_taken", ""))
	}
	if !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("look for the email: %w", err)
	}
	return nil
}

// CheckPerson answers what Create would answer of u itself, "user.invalid", whoever there is.
func (*Service) CheckPerson(u *User) error {
	_, err := prepareNew(*u)
	return err
}

func prepareNew(u User) (User, error) {
	now := clock.Now()
	u = tidy(u)
	u.ID, u.Created, u.Updated, u.Rev = id.NewUser(), now, now, 1
	return u, check(u)
}

// insert writes a new person and their password, if hash is not empty.
func (s *Service) insert(ctx context.Context, by audit.Actor, u User, hash string, action audit.Action) error {
	if err := s.Store.InsertUser(ctx, u); err != nil {
		return emailTaken(err)
	}
	if hash != "" {
		if err := s.Store.PutPassword(ctx, newPassword(u.ID, hash, u.Created)); err != nil {
			return fmt.Errorf("store password: %w", err)
		}
	}
	return s.record(ctx, by, action, u.ID, nil, document(u))
}

// Update changes email, name and claims of a person; Disabled has methods of its
// own. When u.Rev is set and is not what the store has,
// somebody else changed the person meanwhile: Conflict fault "user.changed".
// Other faults: "user.invalid", "user.email_taken" (Conflict), NotFound, and for another
// address those of Guard.
func (s *Service) Update(ctx context.Context, by audit.Actor, u User) (User, error) {
	u = tidy(u)
	if err := check(u); err != nil {
		return User{}, err
	}
	var is User
	err := s.change(ctx, by, u.ID, ActionUserUpdate, func(was User) User {
		is = u
		is.Created, is.Disabled, is.Updated = was.Created, was.Disabled, clock.Now()
		is.Rev = cmp.Or(u.Rev, was.Rev)
		return is
	})
	if err != nil {
		return User{}, fmt.Errorf("update user: %w", err)
	}
	is.Rev++
	return is, nil
}

// Disable keeps a person out: sessions and tokens end, sign-in answers as for
// an unknown person. Disabling twice is no error. The last live administrator stays:
// Conflict "access.last_administrator".
func (s *Service) Disable(ctx context.Context, by audit.Actor, user id.User) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		err := s.change(ctx, by, user, ActionUserDisable, func(u User) User { u.Disabled, u.Updated = true, clock.Now(); return u })
		if err != nil {
			return err
		}
		return s.Ends.EndUser(ctx, by, user, "", ReasonUserDisabled)
	})
	if err != nil {
		return fmt.Errorf("disable user: %w", err)
	}
	return nil
}

// Enable lets a person sign in again; what ended stays ended. Faults besides NotFound:
// those of Guard.
func (s *Service) Enable(ctx context.Context, by audit.Actor, user id.User) error {
	err := s.change(ctx, by, user, ActionUserEnable, func(u User) User { u.Disabled, u.Updated = false, clock.Now(); return u })
	if err != nil {
		return fmt.Errorf("enable user: %w", err)
	}
	return nil
}

// change writes f of the stored person. Who is kept out, or let in again, changes who
// may do what.
func (s *Service) change(ctx context.Context, by audit.Actor, user id.User, action audit.Action, f func(User) User) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.Store.HoldUser(ctx, user)
		if err != nil {
			return err
		}
		is := f(was)
		if is.takesOver(&was) {
			if err := s.Guard.MayTakeOver(ctx, by, user); err != nil {
				return err
			}
		}
		write := func(ctx context.Context) error { return emailTaken(s.Store.UpdateUser(ctx, is)) }
		if is.Disabled != was.Disabled {
			write = s.standing(user, is.Disabled, write)
		}
		if err := write(ctx); err != nil {
			return err
		}
		if _, err := s.Store.DropMark(ctx, linkKind(user), clock.Now()); err != nil { // it was for the person as they were
			return err
		}
		after := document(is)
		if names := changedClaims(&was.Claims, &is.Claims); len(names) > 0 {
			after["claims_changed"] = names
		}
		return s.record(ctx, by, action, user, document(was), after)
	})
}

// standing is write as a change of who may what.
func (s *Service) standing(user id.User, disabled bool, write func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return s.Administration.KeepAdministered(ctx, func(ctx context.Context) error {
			if err := write(ctx); err != nil {
				return err
			}
			return s.Rights.DisabledChanged(ctx, user, disabled)
		})
	}
}

// takesOver reports whether the change from was to u may let somebody else be this
// person: by an address at which they are found, or since they are let in again.
func (u *User) takesOver(was *User) bool {
	return u.Email != was.Email || u.EmailVerified != was.EmailVerified || was.Disabled && !u.Disabled
}

// Delete removes a person and ends all they hold. Their id is never used again. The
// last live administrator stays: Conflict "access.last_administrator".
func (s *Service) Delete(ctx context.Context, by audit.Actor, user id.User) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.Store.HoldUser(ctx, user)
		if err != nil {
			return err
		}
		err = s.Administration.KeepAdministered(ctx, func(ctx context.Context) error {
			if err := s.Ends.EndUser(ctx, by, user, "", ReasonUserDeleted); err != nil {
				return err
			}
			return s.Store.DeleteUser(ctx, user)
		})
		if err != nil {
			return err
		}
		return s.record(ctx, by, ActionUserDelete, user, document(was), nil)
	})
	if err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	return nil
}

func emailTaken(err error) error {
	if fault.CodeOf(err) == "user.email_taken" {
		return &fault.Error{
			Kind: fault.Conflict, Code: "user.email_taken", Detail: "Somebody has this email already.", Err: err,
			Fields: []fault.Field{{Name: "email", Problem: "is taken"}},
		}
	}
	return err
}

// document is what the audit log keeps of a person. Attributes are among it, since conditions
// of grants ask for them; other claims are theirs, and only which were changed is kept.
func document(u User) map[string]any {
	doc := map[string]any{
		"email": u.Email, "email_verified": u.EmailVerified, "name": u.Name,
		"disabled": u.Disabled,
	}
	if len(u.Claims.Attributes) > 0 {
		doc["attributes"] = u.Claims.Attributes
	}
	return doc
}

// changedClaims are the names of the standard claims of which was and is differ.
func changedClaims(was, is *Claims) (names []string) {
	before, after := was.texts(), is.texts()
	for i, c := range before {
		if *c.value != *after[i].value {
			names = append(names, c.name)
		}
	}
	if was.PhoneNumberVerified != is.PhoneNumberVerified {
		names = append(names, "phone_number_verified")
	}
	return names
}
