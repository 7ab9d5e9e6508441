package words

// ConsoleServices are the pages about service accounts.
type ConsoleServices struct {
	Title                           Title
	Lead                            string
	Create                          string
	None, NoneTodo                  string // an empty list
	State, Active, Disabled         string
	By                              string // who made it
	Known, Danger                   string
	Keys, KeysWhy                   string // a head
	NoKeys                          string
	Key, Used, Over, Works          string // of keys
	NewKey, Revoke                  string // links
	Gives, NoGives                  string
	Edit, Disable, Enable, Delete   string
	New                             Title
	EditTitle                       Title // Name
	Role, RoleHint, For             string
	Secret                          Phrase // the head over a key: Name
	SecretTitle                     Title  // Name
	KeyTitle                        Title  // Name
	KeyName, KeyNameHint            string
	KeyWhy                          string
	RevokeTitle                     Title // Name
	RevokeWhy                       string
	DisableTitle, EnableTitle       Title // Name
	DisableWhy, EnableWhy           string
	DeleteTitle                     Title  // Name
	DeleteWhy                       Plural // N keys
	Changed, WasDisabled            string // what was just done
	WasEnabled, Revoked, WasDeleted string
	Live                            Plural // N keys
}

var englishConsoleServices = ConsoleServices{
	Title: "Service accounts", Lead: "Programs that act for themselves, each with keys of its own.",
	Create: "Create a service account",
	None:   "There is no service account", NoneTodo: "Create one for each program that calls an API in its own name, such as a pipeline.",
	State: "State", Active: "Active", Disabled: "Disabled",
	By: "Created by", Known: "Details", Danger: "Rarely needed",
	Keys: "Keys", KeysWhy: "To change a key without a gap, make a second one, put it where the program finds it, and revoke the first once it is used no more.",
	NoKeys: "It has no key, so it can do nothing.",
	Key:    "Key", Used: "Last used", Over: "Over", Works: "Works",
	NewKey: "New key", Revoke: "Revoke",
	Gives: "What it may do", NoGives: "Nothing is granted to it by name.",
	Edit: "Change", Disable: "Disable", Enable: "Enable", Delete: "Delete",
	New: "New service account", EditTitle: "Change the service account {name}",
	Role: "Role", RoleHint: "Granted in the same step; empty: nothing yet", For: "Its first key and that grant last",
	Secret: "Key of {name}", SecretTitle: "The key of {name}",
	KeyTitle: "New key for {name}", KeyName: "Where it is used", KeyNameHint: "Such as deploy-eu; the log shows it",
	KeyWhy:      "It works beside the others until it ends or is revoked.",
	RevokeTitle: "Revoke a key of {name}?", RevokeWhy: "Whatever uses this key is refused at once.",
	DisableTitle: "Disable the service account {name}?", EnableTitle: "Enable the service account {name}?",
	DisableWhy: "It can do nothing until it is enabled again. Its keys and grants stay.", EnableWhy: "It may act again, with the keys and grants that it has.",
	DeleteTitle: "Delete the service account {name}?",
	DeleteWhy:   Plural{None: "It goes for good, with its grants. This cannot be undone.", One: "{n} key stops working at once, and its grants go. This cannot be undone.", Other: "{n} keys stop working at once, and its grants go. This cannot be undone."},
	Changed:     "The service account is changed.", WasDisabled: "The service account is disabled.",
	WasEnabled: "The service account is enabled.", Revoked: "The key is revoked.", WasDeleted: "The service account is deleted.",
	Live: Plural{None: "no key works", One: "{n} key works", Other: "{n} keys work"},
}

var germanConsoleServices = ConsoleServices{
	Title: "Dienstkonten", Lead: "Programme, die im eigenen Namen handeln, jedes mit eigenen Schlüsseln.",
	Create: "Dienstkonto anlegen",
	None:   "Es gibt kein Dienstkonto", NoneTodo: "Legen Sie eines für jedes Programm an, das im eigenen Namen eine API aufruft, etwa eine Pipeline.",
	State: "Zustand", Active: "Aktiv", Disabled: "Deaktiviert",
	By: "Angelegt von", Known: "Details", Danger: "Selten nötig",
	Keys: "Schlüssel", KeysWhy: "Um einen Schlüssel ohne Lücke zu wechseln, legen Sie einen zweiten an, geben ihn dem Programm und widerrufen den ersten, sobald er nicht mehr benutzt wird.",
	NoKeys: "Es hat keinen Schlüssel und kann also nichts tun.",
	Key:    "Schlüssel", Used: "Zuletzt benutzt", Over: "Abgelaufen", Works: "Gültig",
	NewKey: "Neuer Schlüssel", Revoke: "Widerrufen",
	Gives: "Zuweisungen", NoGives: "Ihm selbst ist nichts zugewiesen.",
	Edit: "Ändern", Disable: "Deaktivieren", Enable: "Aktivieren", Delete: "Löschen",
	New: "Neues Dienstkonto", EditTitle: "Dienstkonto {name} ändern",
	Role: "Rolle", RoleHint: "Wird im selben Schritt zugewiesen; leer: noch nichts", For: "Erster Schlüssel und Zuweisung gelten",
	Secret: "Schlüssel von {name}", SecretTitle: "Der Schlüssel von {name}",
	KeyTitle: "Neuer Schlüssel für {name}", KeyName: "Wo er benutzt wird", KeyNameHint: "Etwa deploy-eu; das Protokoll nennt ihn",
	KeyWhy:      "Er gilt neben den anderen, bis er endet oder widerrufen wird.",
	RevokeTitle: "Einen Schlüssel von {name} widerrufen?", RevokeWhy: "Was diesen Schlüssel benutzt, wird sofort abgewiesen.",
	DisableTitle: "Dienstkonto {name} deaktivieren?", EnableTitle: "Dienstkonto {name} aktivieren?",
	DisableWhy: "Es kann nichts tun, bis es wieder aktiviert wird. Schlüssel und Zuweisungen bleiben.", EnableWhy: "Es darf wieder handeln, mit seinen Schlüsseln und Zuweisungen.",
	DeleteTitle: "Dienstkonto {name} löschen?",
	DeleteWhy:   Plural{None: "Es verschwindet endgültig, mit seinen Zuweisungen. Das lässt sich nicht rückgängig machen.", One: "{n}\u00a0Schlüssel gilt sofort nicht mehr, und die Zuweisungen werden gelöscht. Das lässt sich nicht rückgängig machen.", Other: "{n}\u00a0Schlüssel gelten sofort nicht mehr, und die Zuweisungen werden gelöscht. Das lässt sich nicht rückgängig machen."},
	Changed:     "Das Dienstkonto ist geändert.", WasDisabled: "Das Dienstkonto ist deaktiviert.",
	WasEnabled: "Das Dienstkonto ist wieder aktiviert.", Revoked: "Der Schlüssel ist widerrufen.", WasDeleted: "Das Dienstkonto ist gelöscht.",
	Live: Plural{None: "kein gültiger Schlüssel", One: "{n}\u00a0gültiger Schlüssel", Other: "{n}\u00a0gültige Schlüssel"},
}
