package words

// ConsoleSessions are the pages about browsers that are signed in.
type ConsoleSessions struct {
	Title Title
	Lead  string

	Begun, Whenever, Hour, Day, Week string // a filter and its values
	Person, PersonHint, NoPerson     string // the field for one; nobody has that address
	None, NoneTodo, All              string
	Who, Browser, Proved             string // heads and facts
	Since, Used, Ends                string
	Address, Agent, ID, Known        string
	Proofs                           map[string]string // by their sources
	One                              Title             // Browser
	End, EndTitle, EndWhy            string            // a button, a question, what comes of it
	EndApps                          Plural            // N applications, whose names follow
	EndNoApps, EndGate, Ended        string
	Bulk                             Title
	BulkAsk                          string
	BulkWhy, Bulked                  Plural
	NotBulked                        string
	EndAll                           Title // of everybody
	EndAllAsk, EndAllWhy, EndAllDo   string
	EndAllTokens, EndAllGate         string // what comes of it
	EndAllStays, EndAllYou           string // what does not
	EndedAll                         Plural // N browsers
}

var englishConsoleSessions = ConsoleSessions{
	Title: "Sessions",
	Lead:  "The browsers that are signed in here.",

	Begun: "Begun", Whenever: "Whenever", Hour: "Within the hour", Day: "Within a day", Week: "Within a week",
	Person: "Those of one person", PersonHint: "Their whole address", NoPerson: "Nobody has this address.",
	None: "No browser is signed in", NoneTodo: "Take a filter away to see those that were begun earlier.", All: "All sessions",
	Who: "Who", Browser: "Browser", Proved: "Proved by",
	Since: "Since", Used: "Last used", Ends: "Ends unused",
	Address: "From", Agent: "User agent", ID: "Id", Known: "Details",
	Proofs: map[string]string{"password": "password", "authenticator": "authenticator app", "recovery_code": "recovery code"},
	One:    "{browser}",
	End:    "Sign out", EndTitle: "Sign this browser out?", EndWhy: "Whoever sits there has to sign in again. What the session alone held up ends at once:",
	EndApps:   Plural{One: "The tokens of {n} application end:", Other: "The tokens of {n} applications end:"},
	EndNoApps: "No application holds tokens of it.", EndGate: "The gate and this console let it in no more.", Ended: "The browser is signed out.",
	Bulk:    "Sign out several browsers",
	BulkAsk: "Sign them out?",
	BulkWhy: Plural{One: "{n} browser is signed out, and the tokens that came of it end.", Other: "{n} browsers are signed out, and the tokens that came of them end."},
	Bulked:  Plural{None: "No browser was signed out.", One: "{n} browser is signed out.", Other: "{n} browsers are signed out."},

	NotBulked: "These were not:",

	EndAll: "Sign everybody out", EndAllDo: "Sign everybody out", EndAllAsk: "Sign out everybody of this Gatehouse?",
	EndAllWhy:    "Every browser is signed out, of all people, and they have to sign in again:",
	EndAllTokens: "All refresh tokens end, of all applications, and the access tokens of people are refused within a second.",
	EndAllGate:   "The gate lets no browser in any more that was signed in until now.",
	EndAllStays:  "Personal access tokens, keys of service accounts and what programs have for themselves stay: end them one by one.",
	EndAllYou:    "You stay signed in at this browser, and nowhere else.",
	EndedAll:     Plural{None: "No other browser was signed in. All tokens are ended.", One: "{n} browser is signed out, and all tokens are ended. You are still signed in here.", Other: "{n} browsers are signed out, and all tokens are ended. You are still signed in here."},
}

var germanConsoleSessions = ConsoleSessions{
	Title: "Sitzungen",
	Lead:  "Die Browser, die hier angemeldet sind.",

	Begun: "Begonnen", Whenever: "Beliebig", Hour: "In der letzten Stunde", Day: "In den letzten 24 Stunden", Week: "In den letzten 7 Tagen",
	Person: "Person", PersonHint: "Die vollständige Adresse", NoPerson: "Niemand hat diese Adresse.",
	None: "Kein Browser ist angemeldet", NoneTodo: "Entfernen Sie einen Filter, um ältere zu sehen.", All: "Alle Sitzungen",
	Who: "Wer", Browser: "Browser", Proved: "Angemeldet mit",
	Since: "Seit", Used: "Zuletzt benutzt", Ends: "Endet ohne Nutzung",
	Address: "IP-Adresse", Agent: "User-Agent", ID: "Kennung", Known: "Details",
	Proofs: map[string]string{"password": "Passwort", "authenticator": "Authenticator-App", "recovery_code": "Wiederherstellungscode"},
	One:    "{browser}",
	End:    "Abmelden", EndTitle: "Diesen Browser abmelden?", EndWhy: "Wer ihn benutzt, muss sich neu anmelden. Was nur auf dieser Sitzung beruht, endet sofort:",
	EndApps:   Plural{One: "Die Tokens von {n}\u00a0Anwendung enden:", Other: "Die Tokens von {n}\u00a0Anwendungen enden:"},
	EndNoApps: "Keine Anwendung hat Tokens aus dieser Sitzung.", EndGate: "Das Gate und diese Konsole lassen ihn nicht mehr ein.", Ended: "Der Browser ist abgemeldet.",
	Bulk:    "Mehrere Browser abmelden",
	BulkAsk: "Diese abmelden?",
	BulkWhy: Plural{One: "{n}\u00a0Browser wird abgemeldet, und die Tokens, die daraus entstanden, enden.", Other: "{n}\u00a0Browser werden abgemeldet, und die Tokens, die daraus entstanden, enden."},
	Bulked:  Plural{None: "Kein Browser wurde abgemeldet.", One: "{n}\u00a0Browser ist abgemeldet.", Other: "{n}\u00a0Browser sind abgemeldet."},

	NotBulked: "Diese nicht:",

	EndAll: "Alle abmelden", EndAllDo: "Alle abmelden", EndAllAsk: "Alle Personen dieses Gatehouse abmelden?",
	EndAllWhy:    "Jeder Browser wird abgemeldet, von allen Personen, und alle müssen sich neu anmelden:",
	EndAllTokens: "Alle Refresh-Tokens enden, in allen Anwendungen, und Access-Tokens von Personen werden binnen einer Sekunde abgewiesen.",
	EndAllGate:   "Das Gate lässt keinen Browser mehr ein, der bis jetzt angemeldet war.",
	EndAllStays:  "Persönliche Access-Tokens, Schlüssel von Dienstkonten und was Programme für sich selbst haben, bleiben: Beenden Sie diese einzeln.",
	EndAllYou:    "Sie bleiben in diesem Browser angemeldet, sonst nirgends.",
	EndedAll:     Plural{None: "Kein anderer Browser war angemeldet. Alle Tokens sind beendet.", One: "{n}\u00a0Browser ist abgemeldet, und alle Tokens sind beendet. Hier sind Sie noch angemeldet.", Other: "{n}\u00a0Browser sind abgemeldet, und alle Tokens sind beendet. Hier sind Sie noch angemeldet."},
}
