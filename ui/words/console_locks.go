package words

// ConsoleLocks are the pages about what is suspended.
type ConsoleLocks struct {
	Title Title
	Lead  string

	On, Ends, Reason, By, Since, Known string            // heads, fields and facts
	Kinds, Consequences                map[string]string // of what a lock is on: its name, and what comes of it
	None, NoneTodo                     string
	One                                Title // Name
	Lift, LiftAsk, LiftWhy, Lifted     string
	New                                Title
	Kind, OnHint, Last, LastHint       string
	ReasonHint, Look, Do, Back         string
	PutAsk                             Phrase // Name
	Endless                            string
	UntilThen, Replaces                Phrase // Seen; Name
	Sessions                           Plural
	Put                                string
}

var englishConsoleLocks = ConsoleLocks{
	Title: "Locks",
	Lead:  "What is suspended. Nothing is lost by a lock: once it is lifted, all is as it was.",

	On: "On", Ends: "Ends", Reason: "Reason", By: "By", Since: "Since", Known: "Details",
	Kinds: map[string]string{"user": "Person", "service": "Service account", "client": "Application", "session": "Session", "role": "Role", "grant": "Grant"},
	Consequences: map[string]string{
		"user": "They are kept out at once: they cannot sign in, and their tokens, keys and grants count nothing.", "service": "Its keys and tokens count nothing.",
		"client": "Nobody signs in to it, and its tokens count nothing.", "session": "The browser is kept out, and the tokens that came of it count nothing.",
		"role": "What it gives counts for nobody, whoever has it.", "grant": "What it gives counts for nobody whom it reaches.",
	},
	None: "Nothing is locked", NoneTodo: "A lock keeps somebody out, or keeps a role or a grant from counting, until it is lifted.",
	One:  "Lock on {name}",
	Lift: "Lift the lock", LiftAsk: "Lift this lock?", LiftWhy: "What it suspends counts again at once, as far as it has not ended meanwhile.", Lifted: "The lock is lifted.",
	New:  "New lock",
	Kind: "Lock a", OnHint: "The address of a person, or the id of anything else", Last: "How long", LastHint: "A number and a unit: 30m, 8h, 7d. Empty: until it is lifted",
	ReasonHint: "For whoever asks later why", Look: "Review", Do: "Lock", Back: "Back to the form",
	PutAsk:  "Lock {name}?",
	Endless: "It lasts until somebody lifts it.", UntilThen: "It ends by itself on {seen}.", Replaces: "It replaces the lock that is there, which was put for: {name}",
	Sessions: Plural{None: "They are signed in nowhere.", One: "{n} browser that they are signed in with is kept out.", Other: "{n} browsers that they are signed in with are kept out."},
	Put:      "It is locked.",
}

var germanConsoleLocks = ConsoleLocks{
	Title: "Sperren",
	Lead:  "Was vorübergehend gesperrt ist. Dabei geht nichts verloren: Ist die Sperre aufgehoben, ist alles wie zuvor.",

	On: "Gesperrt", Ends: "Endet", Reason: "Grund", By: "Von", Since: "Seit", Known: "Details",
	Kinds: map[string]string{"user": "Person", "service": "Dienstkonto", "client": "Anwendung", "session": "Sitzung", "role": "Rolle", "grant": "Zuweisung"},
	Consequences: map[string]string{
		"user": "Die Person ist sofort ausgesperrt: Sie kann sich nicht anmelden, und ihre Tokens, Schlüssel und Zuweisungen gelten nicht.", "service": "Seine Schlüssel und Tokens gelten nicht.",
		"client": "Niemand kann sich dort anmelden, und ihre Tokens gelten nicht.", "session": "Der Browser ist ausgesperrt, und die Tokens, die aus der Sitzung entstanden, gelten nicht.",
		"role": "Was sie gewährt, gilt für niemanden, der sie hat.", "grant": "Was sie gewährt, gilt für niemanden.",
	},
	None: "Nichts ist gesperrt", NoneTodo: "Mit einer Sperre ist jemand ausgesperrt, oder eine Rolle oder Zuweisung gilt nicht, bis sie aufgehoben wird.",
	One:  "Sperre: {name}",
	Lift: "Sperre aufheben", LiftAsk: "Diese Sperre aufheben?", LiftWhy: "Was gesperrt war, gilt sofort wieder, soweit es inzwischen nicht beendet ist.", Lifted: "Die Sperre ist aufgehoben.",
	New:  "Neue Sperre",
	Kind: "Art", OnHint: "Die Adresse einer Person, sonst die Kennung", Last: "Dauer", LastHint: "Eine Zahl mit Einheit: 30m, 8h, 7d. Leer: bis sie aufgehoben wird",
	ReasonHint: "Für alle, die später danach fragen", Look: "Prüfen", Do: "Sperren", Back: "Zurück zum Formular",
	PutAsk:  "{name} sperren?",
	Endless: "Sie gilt, bis jemand sie aufhebt.", UntilThen: "Sie endet von selbst am {seen}.", Replaces: "Sie ersetzt die vorhandene Sperre, deren Grund war: {name}",
	Sessions: Plural{None: "Die Person ist nirgends angemeldet.", One: "{n}\u00a0Browser, in dem sie angemeldet ist, ist ausgesperrt.", Other: "{n}\u00a0Browser, in denen sie angemeldet ist, sind ausgesperrt."},
	Put:      "Die Sperre ist gesetzt.",
}
