package guard

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// onwardsPage goes on by itself.
type onwardsPage struct{ To string }

func (p onwardsPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.Console.Onwards}
}
func (p onwardsPage) Body() templ.Component { return onwardsBody(p) }

// againPage says that a form was not taken, because a sign-in is needed first.
type againPage struct {
	To     string
	Known  bool          // they are signed in, and have to prove more
	For    string        // the operation that asks for it
	Within time.Duration // how lately it has to be proved; zero: that is not what is missing
}

func (p againPage) Head(say *words.Catalogue) view.Head { return view.Head{Title: p.title(say)} }
func (p againPage) Body() templ.Component               { return againBody(p) }

func (p againPage) title(say *words.Catalogue) words.Title {
	if p.Known {
		return say.Console.Confirm
	}
	return say.Console.SignedOut
}

// why says what is missing.
func (p againPage) why(say *words.Catalogue) string {
	switch {
	case !p.Known:
		return say.Console.SignedOutWhy
	case p.Within > 0:
		return view.Asks(say, p.For, p.Within) + " " + say.Console.ThenAgain
	}
	return say.Console.ConfirmWhy
}

// failedPage says what went wrong.
type failedPage struct {
	Frame
	failure view.Failure
}

func (p failedPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(p.failure.Says(say).Title))
}
func (p failedPage) Body() templ.Component { return failedBody(p) }

// lackingPage says which permission is missing.
type lackingPage struct {
	Frame
	Permission string
}

func (p lackingPage) Head(say *words.Catalogue) view.Head { return part.Head(say.Console.Lacking) }
func (p lackingPage) Body() templ.Component               { return lackingBody(p) }
