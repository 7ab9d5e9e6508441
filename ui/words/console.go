package words

// Gaps of the console's phrases.
const (
	Permission Gap = "permission" // the whole name of one
)

// Console is what all pages of the console share.
type Console struct {
	Overview                              string // in the navigation: the first page
	Directory, Access, Programs, Activity string // groups of it: who is there, who may what, which programs, what happens
	House                                 string // a group

	Onwards Title // a page that goes on by itself
	GoOn    string

	Confirm      Title // a form was sent, and more has to be proved first
	ConfirmWhy   string
	ThenAgain    string // what to do then
	SignedOut    Title  // the same where nobody is signed in any more
	SignedOutWhy string
	NothingDone  string
	SignIn       string

	Lacking     Title  // a permission is missing
	LackingWhy  Phrase // Permission
	LackingTodo string
	Account     string

	Partial string // a list has what is of the visitor's groups and organisations alone
	All     string // of a filter: no matter which
	Example string // a permission, in the field for one

	Kinds map[string]string // of whom something is given to, by access.Kind
}

var englishConsole = Console{
	Overview:  "Overview",
	Directory: "Directory",
	Access:    "Access",
	Activity:  "Activity",
	Programs:  "Programs",
	House:     "This Gatehouse",

	Onwards: "Opening the console",
	GoOn:    "Continue",

	Confirm:      "Confirm that it is you",
	ConfirmWhy:   "This takes a fresher or a stronger sign-in than yours. Sign in once more, and then do it again.",
	ThenAgain:    "Sign in once more, and then do it again.",
	SignedOut:    "You are signed out",
	SignedOutWhy: "Your sign-in is over. Sign in, and then do it again.",
	NothingDone:  "Nothing was changed.",
	SignIn:       "Sign in",

	Lacking:     "This is not for you to see",
	LackingWhy:  "It takes the permission {permission}, which you do not have.",
	LackingTodo: "Whoever administers this Gatehouse can give it to you. Tell them the name of the permission.",
	Account:     "Your account",

	Partial: "You see here what belongs to the groups and organisations that you look after, by the grants that you may see. There may be more people, and others may be allowed or denied more.",
	All:     "All",
	Example: "shop/orders:read",

	Kinds: map[string]string{"user": "Person", "service": "Service account", "client": "Application", "group": "Group", "organisation": "Organisation"},
}

var germanConsole = Console{
	Overview:  "Übersicht",
	Directory: "Verzeichnis",
	Access:    "Zugriff",
	Activity:  "Aktivität",
	Programs:  "Programme",
	House:     "Dieses Gatehouse",

	Onwards: "Die Konsole wird geöffnet",
	GoOn:    "Weiter",

	Confirm:      "Bestätigen Sie, dass Sie es sind",
	ConfirmWhy:   "Dafür ist eine neuere oder stärkere Anmeldung nötig. Melden Sie sich noch einmal an, und tun Sie es dann erneut.",
	ThenAgain:    "Melden Sie sich noch einmal an, und tun Sie es dann erneut.",
	SignedOut:    "Sie sind abgemeldet",
	SignedOutWhy: "Ihre Anmeldung ist abgelaufen. Melden Sie sich an, und tun Sie es dann erneut.",
	NothingDone:  "Es wurde nichts geändert.",
	SignIn:       "Anmelden",

	Lacking:     "Dafür fehlt Ihnen die Berechtigung",
	LackingWhy:  "Nötig ist die Berechtigung {permission}, die Sie nicht haben.",
	LackingTodo: "Wer dieses Gatehouse verwaltet, kann sie Ihnen zuweisen. Nennen Sie dazu ihren Namen.",
	Account:     "Ihr Konto",

	Partial: "Hier steht nur, was zu den Gruppen und Organisationen gehört, die Sie verwalten, und nur aufgrund der Zuweisungen, die Sie sehen dürfen. Es kann mehr Personen geben, und anderen kann mehr erlaubt oder verwehrt sein.",
	All:     "Alle",
	Example: "shop/orders:read",

	Kinds: map[string]string{"user": "Person", "service": "Dienstkonto", "client": "Anwendung", "group": "Gruppe", "organisation": "Organisation"},
}
