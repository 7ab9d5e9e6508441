package words

// Welcome is where somebody sets their first password.
type Welcome struct {
	Title, Choose    Title
	Lead             string // over the link
	Token, TokenHint string
	GoOn             string // a button
	Chosen           string // over the password
	Email, Password  string
	Submit           string
	Already, SignIn  string // beside a link that is spent
}

var englishWelcome = Welcome{
	Title: "Set your password", Choose: "Choose your password",
	Lead:      "An account was made for you. The link that you were given lets you choose its password, once.",
	Token:     "Your link",
	TokenHint: "Paste the whole link, or the part of it after “#token=”.",
	GoOn:      "Continue",
	Chosen:    "You sign in with this address and the password that you choose now.",
	Email:     "Email",
	Password:  "New password",
	Submit:    "Set the password and sign in",
	Already:   "You chose your password already?",
	SignIn:    "Sign in with it",
}

var germanWelcome = Welcome{
	Title: "Passwort festlegen", Choose: "Ihr Passwort wählen",
	Lead:      "Für Sie wurde ein Konto angelegt. Mit dem Link, den Sie bekommen haben, wählen Sie einmal dessen Passwort.",
	Token:     "Ihr Link",
	TokenHint: "Fügen Sie den ganzen Link ein oder den Teil nach „#token=“.",
	GoOn:      "Weiter",
	Chosen:    "Sie melden sich mit dieser Adresse an und mit dem Passwort, das Sie jetzt wählen.",
	Email:     "E-Mail-Adresse",
	Password:  "Neues Passwort",
	Submit:    "Passwort festlegen und anmelden",
	Already:   "Sie haben Ihr Passwort schon gewählt?",
	SignIn:    "Damit anmelden",
}
