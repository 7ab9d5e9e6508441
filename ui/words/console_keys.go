package words

// ConsoleKeys are the pages about the keys that tokens are signed with.
type ConsoleKeys struct {
	Title                                 Title
	Lead                                  string
	InUse, Every                          string // tabs: those that count, all of them
	Lives, LivesLead, LivesSay            string // the timeline
	Key, State, Algorithm, Created, Signs string // heads and facts
	Signing, Announced, Retiring, Retired string // states
	Does, DoesNothing                     string // what a key is good for
	DoesSign                              Phrase // Since
	DoesSignUntil, DoesSignAbout          Phrase // Since, Seen: when the next one takes over, or about
	DoesNext, DoesVerify                  Phrase // Seen: when it takes over; until when it verifies
	Known                                 string
	More                                  string // below a list that goes on
	None, NoneTodo                        string
	Published                             string // a link to the key set

	Rotate                     string // a button
	RotateOf                   Phrase // a link: Name of an algorithm
	RotateTitle                Title  // Name of an algorithm
	RotateWhy, RotateAnnounced string // what comes of it; where the next key is announced
	How, First, FirstWhy       string // how it comes in, and the ways
	AtOnce, AtOnceWhy          string
	DidAnnounce, DidRotate     string // what was just done
	Revoke                     string
	RevokeOf                   Phrase // the same for screen readers: Name
	RevokeTitle                Title
	RevokeWhy                  string
	CostTokens, CostCaches     string // what it costs
	CostNext, CostFresh        string
	CostAnnounced, CostRetired string
	CostPeople                 string
	Mistyped                   string
	DidRevoke                  string
}

var englishConsoleKeys = ConsoleKeys{
	Title: "Signing keys",
	Lead:  "What tokens are signed with. The next key is announced before it signs, and an old one stays known until its last token is over.",
	InUse: "In use", Every: "All",
	Lives: "Lifetimes", LivesLead: "The vertical line is now.", LivesSay: "From when until when each key is known to applications",
	Key: "Key", State: "State", Algorithm: "Algorithm", Created: "Created", Signs: "Signs since",
	Signing: "Signs now", Announced: "Signs next", Retiring: "Verifies only", Retired: "Over",
	Does: "What it does", DoesNothing: "Nothing. What it signed is over, and it is kept for the record.",
	DoesSign:      "Signs new tokens since {since}.",
	DoesSignUntil: "Signs new tokens since {since}. The next key takes over at {seen}.",
	DoesSignAbout: "Signs new tokens since {since}. The next key takes over about {seen}.",
	DoesNext:      "Applications know it already; it signs nothing yet. It takes over at {seen}.",
	DoesVerify:    "Signs nothing any more. What it signed is believed until {seen}.",
	Known:         "Details",
	More:          "There are older ones, which the command lists.",
	None:          "There is no key", NoneTodo: "The server makes the first one when it starts. If there is none, its log says why.",
	Published: "The key set as applications read it",

	Rotate: "Bring in the next key", RotateOf: "Rotate {name}", RotateTitle: "Bring in the next {name} key?",
	RotateWhy:       "The key that signs now stays known until its last token is over. Nobody is signed out.",
	RotateAnnounced: "The next key is announced already, and takes over by itself. It can begin now instead; the key that signs stays known until its last token is over.",
	How:             "When does it sign?",
	First:           "After it was announced", FirstWhy: "Applications that keep the key set in a cache learn of it before. This is what happens by itself, too.",
	AtOnce: "At once", AtOnceWhy: "Applications that keep the key set in a cache refuse its tokens until they read the set again.",
	DidAnnounce: "The next key is announced. The one before signs until it takes over.", DidRotate: "The next key signs. The one before verifies what it signed until that is over.",

	Revoke: "Revoke", RevokeOf: "Revoke {name}", RevokeTitle: "Revoke this key?",
	RevokeWhy:     "For a key that somebody else may know. To change keys as a matter of routine, bring in the next one instead.",
	CostTokens:    "All access tokens that it signed are refused within a second, here and by whoever asks here. Applications get new ones by their refresh tokens.",
	CostCaches:    "Applications that check tokens by themselves take the old ones until they read the key set again.",
	CostNext:      "The announced key signs from now on.",
	CostFresh:     "A new key signs from now on. Applications that keep the key set in a cache refuse its tokens until they read the set again.",
	CostAnnounced: "It signed nothing yet. Another one is announced in its place when it is time.",
	CostRetired:   "It signs nothing any more. What else it is known by, such as the hint at a sign-out, is not believed from now on.",
	CostPeople:    "Nobody is signed out. This cannot be undone.",
	Mistyped:      "This is not the key.",
	DidRevoke:     "The key is revoked, with all that it signed.",
}

var germanConsoleKeys = ConsoleKeys{
	Title: "Signaturschlüssel",
	Lead:  "Womit Tokens signiert werden. Der nächste Schlüssel wird angekündigt, bevor er signiert, und ein alter bleibt veröffentlicht, bis sein letztes Token abgelaufen ist.",
	InUse: "In Gebrauch", Every: "Alle",
	Lives: "Zeitverlauf", LivesLead: "Der senkrechte Strich ist jetzt.", LivesSay: "Von wann bis wann Anwendungen jeden Schlüssel kennen",
	Key: "Schlüssel", State: "Zustand", Algorithm: "Algorithmus", Created: "Angelegt", Signs: "Signiert seit",
	Signing: "Signiert jetzt", Announced: "Signiert als nächster", Retiring: "Prüft nur noch", Retired: "Vorbei",
	Does: "Aufgabe", DoesNothing: "Keine. Was er signiert hat, ist abgelaufen; er bleibt verzeichnet.",
	DoesSign:      "Signiert neue Tokens seit {since}.",
	DoesSignUntil: "Signiert neue Tokens seit {since}. Der nächste übernimmt {seen}.",
	DoesSignAbout: "Signiert neue Tokens seit {since}. Der nächste übernimmt etwa {seen}.",
	DoesNext:      "Anwendungen kennen ihn schon; er signiert noch nichts. Er übernimmt {seen}.",
	DoesVerify:    "Signiert nichts mehr. Was er signiert hat, gilt bis {seen}.",
	Known:         "Details",
	More:          "Es gibt ältere; der Befehl zeigt sie.",
	None:          "Es gibt keinen Schlüssel", NoneTodo: "Der Server legt den ersten beim Start an. Fehlt er, steht der Grund im Log des Servers.",
	Published: "Die Schlüssel, wie Anwendungen sie abrufen (JWKS)",

	Rotate: "Nächsten Schlüssel einführen", RotateOf: "{name} wechseln", RotateTitle: "Den nächsten {name}-Schlüssel einführen?",
	RotateWhy:       "Der Schlüssel, der jetzt signiert, bleibt veröffentlicht, bis sein letztes Token abgelaufen ist. Niemand wird abgemeldet.",
	RotateAnnounced: "Der nächste Schlüssel ist schon angekündigt und übernimmt von selbst. Er kann stattdessen jetzt beginnen; der bisherige bleibt veröffentlicht, bis sein letztes Token abgelaufen ist.",
	How:             "Wann signiert er?",
	First:           "Nach der Ankündigung", FirstWhy: "Anwendungen, die die Schlüssel zwischenspeichern, erfahren rechtzeitig davon. So läuft auch der automatische Wechsel.",
	AtOnce: "Sofort", AtOnceWhy: "Anwendungen, die die Schlüssel zwischenspeichern, weisen seine Tokens ab, bis sie die Schlüssel neu abrufen.",
	DidAnnounce: "Der nächste Schlüssel ist angekündigt. Bis er übernimmt, signiert der bisherige.", DidRotate: "Der nächste Schlüssel signiert. Mit dem bisherigen wird noch geprüft, was er signiert hat, bis es abgelaufen ist.",

	Revoke: "Widerrufen", RevokeOf: "{name} widerrufen", RevokeTitle: "Diesen Schlüssel widerrufen?",
	RevokeWhy:     "Für einen Schlüssel, den jemand anders kennen könnte. Für einen gewöhnlichen Wechsel führen Sie stattdessen den nächsten ein.",
	CostTokens:    "Alle Access-Tokens, die er signiert hat, werden binnen einer Sekunde abgewiesen, hier und bei allen, die hier nachfragen. Anwendungen holen sich mit ihren Refresh-Tokens neue.",
	CostCaches:    "Anwendungen, die Tokens selbst prüfen, nehmen die alten an, bis sie die Schlüssel neu abrufen.",
	CostNext:      "Von nun an signiert der angekündigte Schlüssel.",
	CostFresh:     "Von nun an signiert ein neuer Schlüssel. Anwendungen, die die Schlüssel zwischenspeichern, weisen seine Tokens ab, bis sie die Schlüssel neu abrufen.",
	CostAnnounced: "Er hat noch nichts signiert. Zu gegebener Zeit wird ein anderer angekündigt.",
	CostRetired:   "Er signiert nichts mehr. Woran er sonst erkannt wird, etwa der Hinweis beim Abmelden, gilt von nun an nicht mehr.",
	CostPeople:    "Niemand wird abgemeldet. Das lässt sich nicht rückgängig machen.",
	Mistyped:      "Das ist nicht der Schlüssel.",
	DidRevoke:     "Der Schlüssel ist widerrufen, mit allem, was er signiert hat.",
}
