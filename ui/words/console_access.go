package words

// ConsoleAccess are the pages about what somebody may do, and about who may do something.
type ConsoleAccess struct {
	Access string // the tab, and the page

	Permission, Because, Ends string // heads of the table
	At, Org                   string // where and when it is looked at from
	Look                      string // a button
	None, NoneTodo            string
	AsOf                      Phrase // Seen
	Disabled, Locked          string // above the table

	ByRole, ByPermission   Phrase // of a grant: Name; Permission
	Direct                 string // a grant by name
	Via                    Phrase // a way: Name
	Group, Organisation    Phrase // a part of a way: Name
	Within                 Phrase // an organisation: Name
	Some, Own, Conditional string // on which things
	Denies                 string
	Held, Denied, Refused  string // badges
	Elsewhere              string

	AfterStep             string // what must be proved
	AfterFresh, AfterBoth Phrase // how lately, alone and besides: Wait
	HasStep, NoStep       string // whether they can
	NoStepYet             string // in a table

	Verdicts map[string]string // what became of a grant
	Reasons  map[string]string // of an answer

	Check            Title
	CheckLead, Thing string
	ThingHint        string
	Quote            Phrase // the reason of a grant: Name
	Steps, Would     string // heads
	LockedBy         string // a head
	Answer           Phrase // Permission
	May, MayNot      string // the answer
	NoSteps          string

	Grant, Extend, Revoke                string // links
	GrantTitle, ExtendTitle, RevokeTitle Title  // Email
	What, Role, For, Reason, Ticket      string // fields
	PermissionHint, ReasonHint           string
	Gives, GivesRole, GivesPermission    string // a choice
	GivesRoleHint, GivesPermissionHint   string
	Unproved                             Phrase // a warning: Email and Name, who and what
	GrantWhy, ExtendWhy, RevokeWhy       string
	ToGroup                              Phrase // a warning: Name
	ForHint, ForHintEnd                  string // the second where it may have no end
	Minutes10, Hour, Hours8, Day, Week   string
	Month                                string
	Granted, Extended, Revoked           string

	Reach              Title
	ReachLead          string
	Who, Where, Until  string
	AndMore            Plural // further grants that give it
	ReachDo            string
	Nobody, NobodyTodo string
	Ask, AskTodo       string
	But                string
	Unknown            string // on which things: all
}

var englishConsoleAccess = ConsoleAccess{
	Access: "Access",

	Permission: "Permission", Because: "Because of", Ends: "Ends",
	At: "As of (UTC)", Org: "Within the organisation",
	Look: "Show",
	None: "They hold nothing here.", NoneTodo: "Grant them a role, or look at another moment or organisation.",
	AsOf:     "This is as of {seen}. Roles and memberships are those of now.",
	Disabled: "The account is disabled: nothing below counts until it is enabled.", Locked: "A lock suspends them: nothing below counts until it is lifted.",

	ByRole: "role {name}", ByPermission: "{permission} itself",
	Direct: "by name", Via: "by {name}",
	Group: "group {name}", Organisation: "organisation {name}", Within: "within {name}",
	Some: "for some things only", Own: "for what is their own", Conditional: "on a condition",
	Denies: "denied by",
	Held:   "Held", Denied: "Denied", Refused: "Not held",
	Elsewhere: "Depends",

	AfterStep: "After a second step", AfterFresh: "After a sign-in, {wait} old at most", AfterBoth: "After a second step, {wait} old at most",
	HasStep: "They have a second step.", NoStep: "They have no second step yet: they set one up when it is asked for.",
	NoStepYet: "They have no second step yet",

	Verdicts: map[string]string{
		"counts": "Counts", "not_yet": "Has not begun", "ended": "Is over", "other_org": "Counts within another organisation", "not_member": "They are not in its group at that moment",
		"other_permission": "Gives something else", "other_resource": "Is for other things", "resource_unknown": "Depends on which thing it is", "too_costly": "Was not asked: the conditions took too much",
		"needs_proof": "Counts after a second step or a fresher sign-in", "locked": "A lock is on it or on its role",
	},
	Reasons: map[string]string{
		"granted": "It is granted.", "locked": "A lock suspends them.", "principal_inactive": "The account is disabled.", "out_of_scope": "The scopes do not reach that far.",
		"denied": "It is denied to them.", "no_grant": "No grant gives it.", "resource_unknown": "It depends on which thing it is.", "too_costly": "The conditions took too much.",
		"insufficient_user_authentication": "It takes a second step or a fresher sign-in.", "no_member": "They are not in the organisation.", "condition": "A condition is not met.",
	},

	Check:     "Check a permission",
	CheckLead: "Whether they may, until when, and step by step why.",
	Thing:     "With the thing", ThingHint: "Its id, or empty",
	Quote: "“{name}”",
	Steps: "Grants that were looked at", Would: "What would change the answer", LockedBy: "Locks",
	Answer: "May they {permission}?", May: "Yes", MayNot: "No", NoSteps: "No grant is about it.",

	Grant: "Grant", Extend: "Extend", Revoke: "Revoke",
	GrantTitle: "Grant something to {email}", ExtendTitle: "Extend a grant of {email}", RevokeTitle: "Revoke a grant of {email}?",
	What: "What", Role: "Role", For: "How long from now", Reason: "Reason", Ticket: "Ticket",
	PermissionHint: "API/RESOURCE:ACTION, such as shop/orders:read or shop/orders:*",
	Gives:          "A role or one permission", GivesRole: "A role", GivesPermission: "One permission", GivesRoleHint: "All that the role has, now and later", GivesPermissionHint: "Or a pattern with a star",
	Unproved:   "{name} takes a second step, and {email} has none yet: they set one up when it is asked for.",
	ReasonHint: "For whoever asks later why",
	GrantWhy:   "It counts at once.", ExtendWhy: "The end that you name replaces the present one. It must be a later one.", RevokeWhy: "It ends now, for everybody whom it reaches, and stays in the list with the reason.",
	ForHint: "A number and a unit: 2m, 8h, 30d", ForHintEnd: "A number and a unit: 2m, 8h, 30d. Empty: until it is revoked",
	ToGroup:   "This grant was not given to them by name, but to {name}: everybody in there is concerned.",
	Minutes10: "10 minutes", Hour: "1 hour", Hours8: "8 hours", Day: "1 day", Week: "7 days", Month: "30 days",
	Granted: "It is granted.", Extended: "It is extended.", Revoked: "It is revoked.",

	Reach:     "Who can reach",
	ReachLead: "Everybody who may do something, by which grant, and until when.",
	Who:       "Who", Where: "On which things", Until: "Until",
	AndMore: Plural{One: "and {n} more", Other: "and {n} more"},
	ReachDo: "Find", Nobody: "Nobody may do that.", NobodyTodo: "Look at another moment or organisation, or grant it to somebody.",
	Ask: "Which permission?", AskTodo: "Name one as API/RESOURCE:ACTION, such as shop/orders:read.",
	But: "but for some", Unknown: "on all",
}

var germanConsoleAccess = ConsoleAccess{
	Access: "Zugriff",

	Permission: "Berechtigung", Because: "Aufgrund von", Ends: "Endet",
	At: "Stand (UTC)", Org: "Innerhalb der Organisation",
	Look: "Anzeigen",
	None: "Keine Berechtigungen.", NoneTodo: "Weisen Sie der Person eine Rolle zu, oder wählen Sie einen anderen Zeitpunkt oder eine andere Organisation.",
	AsOf:     "Das ist der Stand von {seen}. Rollen und Mitgliedschaften sind die von jetzt.",
	Disabled: "Das Konto ist deaktiviert: Nichts davon gilt, bis es wieder aktiviert ist.", Locked: "Die Person ist gesperrt: Nichts davon gilt, bis die Sperre aufgehoben ist.",

	ByRole: "Rolle {name}", ByPermission: "{permission} selbst",
	Direct: "namentlich", Via: "über {name}",
	Group: "Gruppe {name}", Organisation: "Organisation {name}", Within: "innerhalb von {name}",
	Some: "nur für einige Objekte", Own: "für Eigenes", Conditional: "unter einer Bedingung",
	Denies: "verboten durch",
	Held:   "Erteilt", Denied: "Verboten", Refused: "Nicht erteilt",
	Elsewhere: "Je nachdem",

	AfterStep: "Mit zweitem Faktor", AfterFresh: "Mit einer Anmeldung, höchstens {wait} alt", AfterBoth: "Mit zweitem Faktor, höchstens {wait} alt",
	HasStep: "Die Person hat einen zweiten Faktor.", NoStep: "Die Person hat noch keinen zweiten Faktor: Sie richtet einen ein, wenn er verlangt wird.",
	NoStepYet: "Noch ohne zweiten Faktor",

	Verdicts: map[string]string{
		"counts": "Gilt", "not_yet": "Hat noch nicht begonnen", "ended": "Ist beendet", "other_org": "Gilt in einer anderen Organisation", "not_member": "Die Person ist zu diesem Zeitpunkt nicht in der Gruppe",
		"other_permission": "Gewährt etwas anderes", "other_resource": "Gilt für andere Objekte", "resource_unknown": "Hängt vom Objekt ab", "too_costly": "Nicht geprüft: Die Bedingungen waren zu aufwendig",
		"needs_proof": "Gilt mit zweitem Faktor oder einer neueren Anmeldung", "locked": "Eine Sperre liegt darauf oder auf der Rolle",
	},
	Reasons: map[string]string{
		"granted": "Es ist zugewiesen.", "locked": "Die Person ist gesperrt.", "principal_inactive": "Das Konto ist deaktiviert.", "out_of_scope": "Die Scopes umfassen das nicht.",
		"denied": "Es ist der Person verboten.", "no_grant": "Keine Zuweisung gewährt es.", "resource_unknown": "Es hängt vom Objekt ab.", "too_costly": "Die Bedingungen waren zu aufwendig.",
		"insufficient_user_authentication": "Dafür ist ein zweiter Faktor oder eine neuere Anmeldung nötig.", "no_member": "Die Person ist nicht in der Organisation.", "condition": "Eine Bedingung ist nicht erfüllt.",
	},

	Check:     "Eine Berechtigung prüfen",
	CheckLead: "Ob die Person es darf, bis wann, und Schritt für Schritt warum.",
	Thing:     "Für das Objekt", ThingHint: "Kennung oder leer",
	Quote: "„{name}“",
	Steps: "Geprüfte Zuweisungen", Would: "Was die Antwort ändern würde", LockedBy: "Sperren",
	Answer: "Darf die Person {permission}?", May: "Ja", MayNot: "Nein", NoSteps: "Keine Zuweisung betrifft das.",

	Grant: "Zuweisen", Extend: "Verlängern", Revoke: "Widerrufen",
	GrantTitle: "{email} etwas zuweisen", ExtendTitle: "Eine Zuweisung von {email} verlängern", RevokeTitle: "Eine Zuweisung von {email} widerrufen?",
	What: "Was", Role: "Rolle", For: "Dauer ab jetzt", Reason: "Grund", Ticket: "Vorgang",
	PermissionHint: "API/RESSOURCE:AKTION, etwa shop/orders:read oder shop/orders:*",
	Gives:          "Eine Rolle oder eine Berechtigung", GivesRole: "Eine Rolle", GivesPermission: "Eine Berechtigung", GivesRoleHint: "Alles, was die Rolle enthält, jetzt und später", GivesPermissionHint: "Oder ein Muster mit Stern",
	Unproved:   "{name} verlangt einen zweiten Faktor, und {email} hat noch keinen: Er wird eingerichtet, wenn er verlangt wird.",
	ReasonHint: "Für alle, die später danach fragen",
	GrantWhy:   "Die Zuweisung gilt sofort.", ExtendWhy: "Das neue Ende tritt an die Stelle des jetzigen. Es muss später liegen.", RevokeWhy: "Sie endet jetzt, für alle, die sie erreicht, und bleibt mit dem Grund in der Liste.",
	ForHint: "Eine Zahl mit Einheit: 2m, 8h, 30d", ForHintEnd: "Eine Zahl mit Einheit: 2m, 8h, 30d. Leer: bis zum Widerruf",
	ToGroup:   "Diese Zuweisung gilt nicht der Person namentlich, sondern {name}: Sie betrifft alle darin.",
	Minutes10: "10\u00a0Minuten", Hour: "1\u00a0Stunde", Hours8: "8\u00a0Stunden", Day: "1\u00a0Tag", Week: "7\u00a0Tage", Month: "30\u00a0Tage",
	Granted: "Zugewiesen.", Extended: "Die Zuweisung ist verlängert.", Revoked: "Die Zuweisung ist widerrufen.",

	Reach:     "Wer hat Zugriff",
	ReachLead: "Wer eine Berechtigung hat, durch welche Zuweisung und bis wann.",
	Who:       "Wer", Where: "Für welche Objekte", Until: "Bis",
	AndMore: Plural{One: "und {n}\u00a0weitere", Other: "und {n}\u00a0weitere"},
	ReachDo: "Suchen", Nobody: "Niemand darf das.", NobodyTodo: "Wählen Sie einen anderen Zeitpunkt oder eine andere Organisation, oder weisen Sie die Berechtigung jemandem zu.",
	Ask: "Welche Berechtigung?", AskTodo: "Nennen Sie eine als API/RESSOURCE:AKTION, etwa shop/orders:read.",
	But: "außer für einige", Unknown: "für alle",
}
