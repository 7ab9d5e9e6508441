package words

// ConsoleAPIs are the pages about APIs.
type ConsoleAPIs struct {
	Title  Title
	Lead   string
	Create string // a link and a button

	Find, None, NoneTodo, Back                     string
	Which, Permissions, Delegation, Created        string // heads
	Updated, BuiltIn, ByScope, ByAudience          string
	Known, Audience, Servers, NoneOf               string
	PermissionsLead, Permission, Roles, Scopes     string
	Routes, Asks, AsksNothing, Sensitive           string
	Applications                                   string
	Edit, Save, Made, Changed, Deleted, ScopeMade  string // what is done, and was
	New                                            Title
	EditTitle                                      Title // Name
	EditLead, ID, IDHint, AudienceHint             string
	PermissionsHint, ServersHint                   string
	ScopesLead, NoScopes, NoScopesTodo, NewScope   string
	Scope                                          string
	ScopeTitle                                     Title // Name
	ScopeWhy, ScopeHint, Several                   string
	ScopeEditTitle, ScopeDeleteTitle               Title // Name
	ScopeEditWhy, ScopeDeleteWhy, ScopeMistyped    string
	ScopeChanged, ScopeDeleted                     string // what was done
	Description, DescriptionHint                   string
	Application, LastUsed                          string
	NoApplications, NoApplicationsTodo             string
	Delete                                         string
	DeleteTitle                                    Title // Name
	DeleteWhy, Mistyped                            string
	HasPermissions, HasRoles, HasScopes, HasRoutes Plural
}

var englishConsoleAPIs = ConsoleAPIs{
	Title: "APIs", Lead: "What applications call with the tokens from here, each with its permissions.", Create: "Create an API",
	Find: "Find by id", None: "No API is found", NoneTodo: "An API is what roles and scopes give something of. Add one, or take the search away.", Back: "All APIs",
	Which: "API", Permissions: "Permissions", Delegation: "Tokens", Created: "Added", Updated: "Changed", BuiltIn: "Built in",
	ByScope: "Carry what their scopes give", ByAudience: "Carry all rights of the person",
	Known: "Details", Audience: "Audience", Servers: "Answered by", NoneOf: "None", AsksNothing: "Nothing",
	PermissionsLead: "Each leads to who can reach it.", Permission: "Permission", Roles: "Roles", Scopes: "Scopes", Routes: "Routes", Asks: "Asks for", Sensitive: "Sensitive", Applications: "Applications",
	Edit: "Change", Save: "Save", Made: "The API is created. Bind scopes, or put its permissions into roles.", Changed: "It is changed.", Deleted: "The API is deleted.", ScopeMade: "The scope is bound.",
	New: "New API", EditTitle: "Change the API {name}", EditLead: "A permission names what may be done: orders:read, orders:cancel.",
	ID: "Id", IDHint: "Lower-case letters, digits and hyphens; permissions are written ID/orders:read. It cannot be changed later.", AudienceHint: "The address that its tokens are for, such as https://api.example.com.",
	PermissionsHint: "One a line: its name, then what it is for. With ! behind the name no wildcard gives it: orders:refund! Pay back.",
	ServersHint:     "Client ids of the applications that answer its requests, one a line: they may ask who may do what.",
	ScopesLead:      "What applications ask for, and people read when they are asked.", NoScopes: "No scope is bound to it", NoScopesTodo: "Without any, a token for it carries all rights of the person. With one, a token carries what its scopes give.",
	NewScope: "Bind a scope", Scope: "Scope", ScopeTitle: "Bind a scope to {name}", ScopeWhy: "From the first scope on, tokens for this API carry only what their scopes give.", ScopeHint: "What a token with this scope may use, as far as the person may.",
	Several: "Several at once", ScopeEditTitle: "Change the scope {name}", ScopeEditWhy: "It counts at once, for tokens that were given before, too.", ScopeChanged: "The scope is changed.",
	ScopeDeleteTitle: "Delete the scope {name}?", ScopeDeleteWhy: "Applications cannot ask for it any more. While one may, it is refused, and says which. The API goes on going by scopes. It was bound to:",
	ScopeMistyped: "This is not its name.", ScopeDeleted: "The scope is deleted.",
	Description: "What people read", DescriptionHint: "When they are asked whether an application may have it.",
	Application: "Application", LastUsed: "Last used", NoApplications: "No application may have tokens for it", NoApplicationsTodo: "Which APIs an application has tokens for is among its settings.",
	Delete: "Delete", DeleteTitle: "Delete the API {name}?", DeleteWhy: "It goes for good, with its permissions. As long as a role, a scope or a grant names one of them, it is refused, and says which.", Mistyped: "This is not its id.",
	HasPermissions: Plural{One: "{n} permission goes.", Other: "{n} permissions go."},
	HasRoles:       Plural{One: "{n} role names one of them.", Other: "{n} roles name some of them."},
	HasScopes:      Plural{One: "{n} scope is bound to it.", Other: "{n} scopes are bound to it."},
	HasRoutes:      Plural{One: "{n} route of the gate asks for one of them.", Other: "{n} routes of the gate ask for some of them."},
}

var germanConsoleAPIs = ConsoleAPIs{
	Title: "APIs", Lead: "Was Anwendungen mit den Tokens von hier aufrufen, jeweils mit den Berechtigungen.", Create: "API anlegen",
	Find: "Kennung suchen", None: "Keine API gefunden", NoneTodo: "Rollen und Scopes gewähren Berechtigungen einer API. Legen Sie eine an, oder löschen Sie die Suche.", Back: "Alle APIs",
	Which: "API", Permissions: "Berechtigungen", Delegation: "Ihre Tokens", Created: "Angelegt", Updated: "Geändert", BuiltIn: "Eingebaut",
	ByScope: "Enthalten, was ihre Scopes gewähren", ByAudience: "Enthalten alle Rechte der Person",
	Known: "Details", Audience: "Audience (aud)", Servers: "Bereitgestellt von", NoneOf: "Keine", AsksNothing: "Nichts",
	PermissionsLead: "Hinter jeder steht, wer sie hat.", Permission: "Berechtigung", Roles: "Rollen", Scopes: "Ihre Scopes", Routes: "Routen", Asks: "Verlangt", Sensitive: "Sensibel", Applications: "Anwendungen",
	Edit: "Ändern", Save: "Speichern", Made: "Die API ist angelegt. Binden Sie Scopes, oder nehmen Sie ihre Berechtigungen in Rollen auf.", Changed: "Die Änderung ist gespeichert.", Deleted: "Die API ist gelöscht.", ScopeMade: "Der Scope ist gebunden.",
	New: "Neue API", EditTitle: "API {name} ändern", EditLead: "Eine Berechtigung sagt, was man tun darf: orders:read, orders:cancel.",
	ID: "Kennung", IDHint: "Kleinbuchstaben, Ziffern und Bindestriche; Berechtigungen schreiben sich KENNUNG/orders:read. Lässt sich später nicht ändern.", AudienceHint: "Die Adresse, für die ihre Tokens sind, etwa https://api.example.com.",
	PermissionsHint: "Eine je Zeile: ihr Name, dann wofür sie ist. Mit ! hinter dem Namen umfasst kein Platzhalter sie: orders:refund! Geld erstatten.",
	ServersHint:     "Client-IDs der Anwendungen, die ihre Anfragen beantworten, eine je Zeile: Sie dürfen fragen, wer was darf.",
	ScopesLead:      "Was Anwendungen anfordern, und was Personen lesen, wenn sie zustimmen sollen.", NoScopes: "Kein Scope ist an sie gebunden", NoScopesTodo: "Ohne einen enthält ein Token für sie alle Rechte der Person. Mit einem enthält es, was seine Scopes gewähren.",
	NewScope: "Scope binden", Scope: "Name des Scopes", ScopeTitle: "Einen Scope an {name} binden", ScopeWhy: "Vom ersten Scope an enthalten Tokens für diese API nur noch, was ihre Scopes gewähren.", ScopeHint: "Was ein Token mit diesem Scope benutzen darf, soweit die Person es darf.",
	Several: "Mehrere auf einmal", ScopeEditTitle: "Den Scope {name} ändern", ScopeEditWhy: "Es gilt sofort, auch für Tokens, die es schon gibt.", ScopeChanged: "Der Scope ist geändert.",
	ScopeDeleteTitle: "Den Scope {name} löschen?", ScopeDeleteWhy: "Anwendungen können ihn nicht mehr anfordern. Solange eine ihn haben darf, wird es abgewiesen, und Sie erfahren, welche. Die API richtet sich weiter nach Scopes. Gebunden war er an:",
	ScopeMistyped: "Das ist nicht sein Name.", ScopeDeleted: "Der Scope ist gelöscht.",
	Description: "Was Personen lesen", DescriptionHint: "Wenn sie gefragt werden, ob eine Anwendung ihn haben darf.",
	Application: "Anwendung", LastUsed: "Zuletzt benutzt", NoApplications: "Keine Anwendung darf Tokens für sie haben", NoApplicationsTodo: "Für welche APIs eine Anwendung Tokens hat, steht in ihren Einstellungen.",
	Delete: "Löschen", DeleteTitle: "Die API {name} löschen?", DeleteWhy: "Sie verschwindet endgültig, mit ihren Berechtigungen. Solange eine Rolle, ein Scope oder eine Zuweisung eine davon nennt, wird es abgewiesen, und Sie erfahren, was.", Mistyped: "Das ist nicht ihre Kennung.",
	HasPermissions: Plural{One: "{n}\u00a0Berechtigung verschwindet.", Other: "{n}\u00a0Berechtigungen verschwinden."},
	HasRoles:       Plural{One: "{n}\u00a0Rolle nennt eine davon.", Other: "{n}\u00a0Rollen nennen einige davon."},
	HasScopes:      Plural{One: "{n}\u00a0Scope ist an sie gebunden.", Other: "{n}\u00a0Scopes sind an sie gebunden."},
	HasRoutes:      Plural{One: "{n}\u00a0Route des Gates verlangt eine davon.", Other: "{n}\u00a0Routen des Gates verlangen einige davon."},
}
