package words

// ConsoleGrants are the pages about what was granted.
type ConsoleGrants struct {
	Title  Title
	Lead   string
	States map[string]string // the tabs, and what became of one

	What, ForWhom, Why, By                string            // heads
	When                                  map[string]string // the head of when one begins or ends, by the tab
	ForWhomHint, ByHint                   string            // in the fields
	Role, Permission, Org, Source, EndsOn string            // filters
	Sources, Kinds, Places, ACRs          map[string]string
	None, NoneTodo, All                   string
	ByRole, Denies, Within                Phrase // Name
	TheRole                               Phrase // within a sentence: Name
	Denied                                string // a badge
	One                                   Title  // Name and Email
	Known, Trail, Event, At               string // heads
	IDs, Condition, ACR, Begins, Ends     string // facts
	Reason, ReasonHint, Ticket, Created   string
	RevokedBy, RevokedWhy                 string

	Extend, Revoke                         GrantAct
	Last, LastHint, LastHintEnd            string
	BulkExtend, BulkRevoke                 Title
	BulkAsk                                string
	BulkExtendWhy, BulkRevokeWhy           Plural
	BulkExtended, BulkRevoked              Plural
	NotBulked                              string
	Permissions, APIs, Members             Plural
	ManyMembers                            Phrase // N
	New                                    Title
	Kind, SubjectHint, Effect, Allow, Deny string
	OrgHint, Place, Subject                string
	GivenWhat, Lasts, WhyIt                string // heads of the form
	Anything, IDsHint, ConditionHint       string
	From, FromHint, Until, UntilHint       string
	Look, Back, Grant                      string // buttons
	SureAllow, SureDeny                    Phrase // Email, Name
	FromNow, Endless                       string // of a sentence
	FromThen                               Phrase // Since
	UntilThen                              Phrase // Seen, Wait
	SureAllowSeveral, SureDenySeveral      Phrase // Email: how many, Name
	SeveralMade                            Title
	Whoms, These, MadeSeveral              Plural
	Made                                   string
	Calendar                               Title
	CalendarLead                           string
}

// GrantAct is something that is done with a grant.
type GrantAct struct {
	Link  string
	Title Title
	Why   string
	Did   string
}

var englishConsoleGrants = ConsoleGrants{
	Title:  "Grants",
	Lead:   "What people, groups and programs were given, until when, and why.",
	States: map[string]string{"active": "Active", "scheduled": "Scheduled", "ending": "Ending soon", "ended": "Ended"},

	What: "Grant", ForWhom: "For whom", Why: "Reason", By: "By",
	When:        map[string]string{"active": "Ends", "scheduled": "Begins", "ending": "Ends", "ended": "Ended"},
	ForWhomHint: "An address, or group:desk", ByHint: "An address, or service:ci",
	Role: "Role", Permission: "Permission", Org: "Within the organisation", Source: "Came about", EndsOn: "Ends on",
	Sources: map[string]string{"manual": "By hand", "request": "On request", "apply": "By files", "bootstrap": "At the first set-up"},
	Kinds:   map[string]string{"user": "Person", "group": "Group", "organisation": "Organisation", "service": "Service account", "client": "Application"},
	Places:  map[string]string{"": "On which things", "own": "On what is their own", "ids": "On some things only", "cel": "On a condition"},
	ACRs:    map[string]string{"": "No matter how", "aal1": "After a sign-in", "aal2": "After a second step"},
	None:    "There is no such grant", NoneTodo: "Look into another tab, take a filter away, or make one.", All: "All grants",
	ByRole: "Role {name}", TheRole: "the role {name}", Denies: "Denies {name}", Within: "within {name}",
	Denied: "Denies",
	One:    "{name} for {email}",
	Known:  "Details", Trail: "Trail", Event: "What", At: "When",
	IDs: "Things", Condition: "Condition", ACR: "Proof", Begins: "Begins", Ends: "Ends",
	Reason: "Reason", ReasonHint: "For whoever asks later why", Ticket: "Ticket", Created: "Made",
	RevokedBy: "Revoked by", RevokedWhy: "Revoked because",

	Extend: GrantAct{Link: "Extend", Title: "Extend {name} for {email}", Why: "The end that you name replaces the present one. It must be a later one.", Did: "It is extended."},
	Revoke: GrantAct{Link: "Revoke", Title: "Revoke {name} for {email}?", Why: "It ends now, for everybody whom it reaches, and stays in the list with the reason.", Did: "It is revoked."},
	Last:   "How long", LastHint: "A number and a unit: 2m, 8h, 30d; counted from now", LastHintEnd: "A number and a unit: 2m, 8h, 30d. Empty: until it is revoked, or until the moment below",
	BulkExtend: "Extend several grants", BulkRevoke: "Revoke several grants",
	BulkAsk:       "These are meant:",
	BulkExtendWhy: Plural{One: "{n} grant lasts longer; one that cannot be extended so stays as it is.", Other: "{n} grants last longer; one that cannot be extended so stays as it is."},
	BulkRevokeWhy: Plural{One: "{n} grant ends now.", Other: "{n} grants end now, all of them or none."},
	BulkExtended:  Plural{None: "No grant was extended.", One: "{n} grant is extended.", Other: "{n} grants are extended."},
	BulkRevoked:   Plural{One: "{n} grant is revoked.", Other: "{n} grants are revoked."},
	NotBulked:     "These were not:",
	Permissions:   Plural{One: "It is about {n} permission", Other: "It is about {n} permissions"},
	APIs:          Plural{One: "of {n} API.", Other: "of {n} APIs."},
	Members:       Plural{One: "It reaches {n} member, and those of what is within.", Other: "It reaches {n} members, and those of what is within."},
	ManyMembers:   "It reaches more than {n} members.",

	New:  "New grant",
	Kind: "Given to a", SubjectHint: "The address of a person, or the id of anything else; for several, one on each line", Effect: "What it does", Allow: "Allows", Deny: "Denies, whatever else allows it",
	Place: "It counts", Subject: "Who", GivenWhat: "What it gives", Lasts: "From when until when", WhyIt: "Why", OrgHint: "It counts there alone, and for its members",
	Anything: "On all", IDsHint: "Their ids, with blanks between them", ConditionHint: "In CEL",
	From: "From (UTC)", FromHint: "Empty: from now on", Until: "Or until (UTC)", UntilHint: "In place of how long",
	Look: "Review", Back: "Back to the form", Grant: "Grant",
	SureAllow: "{email} gets {name}", SureDeny: "{email} is denied {name}",
	SureAllowSeveral: "{email} get {name}", SureDenySeveral: "{email} are denied {name}", SeveralMade: "New grants",
	Whoms: Plural{One: "{n} of them", Other: "{n} of them"}, These: Plural{One: "This {n}", Other: "These {n}"}, MadeSeveral: Plural{One: "{n} grant is made.", Other: "{n} grants are made."},
	FromNow: "From now on,", Endless: "until it is revoked.", FromThen: "From {since},", UntilThen: "until {seen}, which is in {wait}.",
	Made:         "The grant is made.",
	Calendar:     "Endings",
	CalendarLead: "How many grants end on each day. What was revoked stands on the day on which it was.",
}

var germanConsoleGrants = ConsoleGrants{
	Title:  "Zuweisungen",
	Lead:   "Was Personen, Gruppen und Programmen zugewiesen ist, bis wann und warum.",
	States: map[string]string{"active": "Gültig", "scheduled": "Geplant", "ending": "Endet bald", "ended": "Beendet"},

	What: "Zuweisung", ForWhom: "Für wen", Why: "Grund", By: "Von",
	When:        map[string]string{"active": "Endet", "scheduled": "Beginnt", "ending": "Endet", "ended": "Endete"},
	ForWhomHint: "Eine Adresse oder group:desk", ByHint: "Eine Adresse oder service:ci",
	Role: "Rolle", Permission: "Berechtigung", Org: "Innerhalb der Organisation", Source: "Herkunft", EndsOn: "Endet am",
	Sources: map[string]string{"manual": "Von Hand", "request": "Auf Antrag", "apply": "Aus Dateien", "bootstrap": "Bei der Einrichtung"},
	Kinds:   map[string]string{"user": "Person", "group": "Gruppe", "organisation": "Organisation", "service": "Dienstkonto", "client": "Anwendung"},
	Places:  map[string]string{"": "Für welche Objekte", "own": "Nur für eigene", "ids": "Nur für bestimmte Objekte", "cel": "Unter einer Bedingung"},
	ACRs:    map[string]string{"": "Egal wie", "aal1": "Nach einer Anmeldung", "aal2": "Mit zweitem Faktor"},
	None:    "Eine solche Zuweisung gibt es nicht", NoneTodo: "Sehen Sie in einem anderen Reiter nach, entfernen Sie einen Filter, oder legen Sie eine an.", All: "Alle Zuweisungen",
	ByRole: "Rolle {name}", TheRole: "die Rolle {name}", Denies: "Verbietet {name}", Within: "innerhalb von {name}",
	Denied: "Verbietet",
	One:    "{name} für {email}",
	Known:  "Details", Trail: "Verlauf", Event: "Was", At: "Wann",
	IDs: "Objekte", Condition: "Bedingung", ACR: "Nachweis", Begins: "Beginnt", Ends: "Endet",
	Reason: "Grund", ReasonHint: "Für alle, die später danach fragen", Ticket: "Vorgang", Created: "Angelegt",
	RevokedBy: "Widerrufen von", RevokedWhy: "Grund des Widerrufs",

	Extend: GrantAct{Link: "Verlängern", Title: "{name} für {email} verlängern", Why: "Das neue Ende tritt an die Stelle des jetzigen. Es muss später liegen.", Did: "Die Zuweisung ist verlängert."},
	Revoke: GrantAct{Link: "Widerrufen", Title: "{name} für {email} widerrufen?", Why: "Sie endet jetzt, für alle, die sie erreicht, und bleibt mit dem Grund in der Liste.", Did: "Die Zuweisung ist widerrufen."},
	Last:   "Dauer", LastHint: "Eine Zahl mit Einheit: 2m, 8h, 30d; ab jetzt", LastHintEnd: "Eine Zahl mit Einheit: 2m, 8h, 30d. Leer: bis zum Widerruf oder bis zum Zeitpunkt darunter",
	BulkExtend: "Mehrere Zuweisungen verlängern", BulkRevoke: "Mehrere Zuweisungen widerrufen",
	BulkAsk:       "Ausgewählt sind:",
	BulkExtendWhy: Plural{One: "{n} Zuweisung gilt länger; was sich so nicht verlängern lässt, bleibt, wie es ist.", Other: "{n} Zuweisungen gelten länger; was sich so nicht verlängern lässt, bleibt, wie es ist."},
	BulkRevokeWhy: Plural{One: "{n} Zuweisung endet jetzt.", Other: "{n} Zuweisungen enden jetzt, alle oder keine."},
	BulkExtended:  Plural{None: "Keine Zuweisung wurde verlängert.", One: "{n} Zuweisung ist verlängert.", Other: "{n} Zuweisungen sind verlängert."},
	BulkRevoked:   Plural{One: "{n} Zuweisung ist widerrufen.", Other: "{n} Zuweisungen sind widerrufen."},
	NotBulked:     "Diese nicht:",
	Permissions:   Plural{One: "Es geht um {n} Berechtigung", Other: "Es geht um {n} Berechtigungen"},
	APIs:          Plural{One: "bei {n} API.", Other: "bei {n} APIs."},
	Members:       Plural{One: "Sie betrifft {n} Mitglied und alle in den Gruppen darin.", Other: "Sie betrifft {n} Mitglieder und alle in den Gruppen darin."},
	ManyMembers:   "Sie betrifft mehr als {n} Mitglieder.",

	New:  "Neue Zuweisung",
	Kind: "Für", SubjectHint: "Die Adresse einer Person, sonst die Kennung; bei mehreren eine je Zeile", Effect: "Wirkung", Allow: "Erlaubt", Deny: "Verbietet, auch wenn etwas anderes es erlaubt",
	Place: "Sie gilt", Subject: "Wer", GivenWhat: "Was sie gewährt", Lasts: "Von wann bis wann", WhyIt: "Warum", OrgHint: "Sie gilt nur dort und für deren Mitglieder",
	Anything: "Für alle", IDsHint: "Ihre Kennungen, mit Leerzeichen dazwischen", ConditionHint: "In der Sprache CEL",
	From: "Ab (UTC)", FromHint: "Leer: ab jetzt", Until: "Oder bis (UTC)", UntilHint: "Anstelle einer Dauer",
	Look: "Prüfen", Back: "Zurück zum Formular", Grant: "Zuweisen",
	SureAllow: "{email} bekommt {name}", SureDeny: "{email} wird {name} verboten",
	SureAllowSeveral: "{email} bekommen {name}", SureDenySeveral: "{email} bekommen {name} verboten", SeveralMade: "Neue Zuweisungen",
	Whoms: Plural{One: "{n}\u00a0davon", Other: "{n}\u00a0davon"}, These: Plural{One: "Diese\u00a0{n}", Other: "Diese\u00a0{n}"}, MadeSeveral: Plural{One: "{n}\u00a0Zuweisung ist angelegt.", Other: "{n}\u00a0Zuweisungen sind angelegt."},
	FromNow: "Ab jetzt,", Endless: "bis zum Widerruf.", FromThen: "Ab {since},", UntilThen: "bis {seen}, das ist in {wait}.",
	Made:         "Die Zuweisung ist angelegt.",
	Calendar:     "Ablauf",
	CalendarLead: "Wie viele Zuweisungen an welchem Tag enden. Widerrufene stehen am Tag des Widerrufs.",
}
