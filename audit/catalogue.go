package audit

// Action is what was done: noun.verb, in small letters, the verb in its base
// form. Each package declares its actions as constants beside their Described.
type Action string

// Reason says in one word why something was refused, or why it ended. Each
// package declares its reasons as constants.
type Reason string

// Described is an action as docs/audit.md explains it to an auditor.
type Described struct {
	Action  Action
	When    string // what happened, as a sentence without its full stop
	Targets []Kind // one of these is its target
	Before  string // what the document about before holds; empty: there is none
	After   string // the same of the document about after
}

// Catalogue is the actions of one package.
type Catalogue []Described
