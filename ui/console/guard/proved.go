package guard

import (
	"gatehouse/proof"
	"gatehouse/setting"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// After says what a person must prove before they may do something, "" where any sign-in will do.
// It is the one wording of that on all pages.
func After(say *words.Catalogue, r *wire.Requirement) string {
	is := &say.ConsoleAccess
	switch {
	case r == nil:
		return ""
	case SecondStep(r) && r.MaxAge != "":
		return is.AfterBoth.With(words.Wait, spanned(say, r.MaxAge))
	case SecondStep(r):
		return is.AfterStep
	case r.MaxAge != "":
		return is.AfterFresh.With(words.Wait, spanned(say, r.MaxAge))
	}
	return ""
}

// Lacks reports whether a person cannot prove what is asked for with what they have.
func Lacks(r *wire.Requirement, hasStep bool) bool { return r != nil && SecondStep(r) && !hasStep }

// Step says whether a person has the second step that is asked for, "" where none is.
func Step(say *words.Catalogue, r *wire.Requirement, hasStep bool) string {
	switch {
	case r == nil || !SecondStep(r):
		return ""
	case hasStep:
		return say.ConsoleAccess.HasStep
	}
	return say.ConsoleAccess.NoStep
}

// SecondStep reports whether a second step is asked for.
func SecondStep(r *wire.Requirement) bool { return r.ACR == proof.AAL2.String() }

// spanned is a duration as people say it.
func spanned(say *words.Catalogue, text string) string {
	d, err := setting.ParseDuration(text)
	if err != nil {
		return text
	}
	return say.Span(d)
}
