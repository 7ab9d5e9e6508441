package words

import "maps"

// englishSentences are what the house says by itself, as it says it: about codes with
// several sentences or without words of their own in englishFaults, and about an input.
// Its values stand in gaps. A test holds them to the house, and finds what it says
// besides.
var englishSentences = itself(
	// The console.
	"This sign-in took too long, or was begun in another browser.",
	"Nobody was signed in to the console.",
	"The console is closed.",
	"The sign-in could not be finished.",
	"Too many were chosen at once.",
	"The form cannot be read.",
	"The request breaks a rule.",
	"The keys changed since this page was shown. Look at them again.",
	"Another key signs by now. Look at the keys again.",
	"The routes of this gate are in files (gate.routes), and change there.",
	"This is no URL.",
	"The route cannot be used.",
	"has more than one thing in it",
	"has what has an input of its own",
	"is no time",
	"is there beside a user; one of them asks",
	"must be a JSON object",
	"is not to be read: {problem}",
	"must be a number of minutes",
	"must be a URL such as https://api.example.com/orders/42",
	"must be a whole address, or as it stands in an event, such as service:ci or console",
	"must be a whole address, or as it stands in an event, such as role:editor",
	"must be one permission, or a method and a permission in each line",
	"names nothing that there is",

	// An input.
	"is needed",
	"names nobody",
	"is taken",
	"is in it already",
	"is wrong",
	"is not an email address",
	"is longer than {n} bytes",
	"is longer than {n} characters",
	"holds characters that are not text",
	"holds bytes that are not text",
	"has {n} characters; at least {least} are needed",
	"is too close to the name or the email",
	"is one of the passwords that are guessed first",
	"Please choose another password: this one {problem}.",

	// A sign-in, and the account.
	"A code has six digits.",
	"That code is wrong or too old.",
	"That code is wrong or too old. Type the one that the app shows now. If that is refused too, set the clock of your phone.",
	"A recovery code has 24 letters and digits.",
	"That recovery code is wrong or was used.",
	"Too many attempts. Please wait and try again.",
	"There were too many sign-ins. Please wait and try again.",
	"Somebody else has signed in in this browser meanwhile.",
	"Somebody else has signed in in this browser meanwhile. Nothing was changed.",
	"Somebody has this email already.",
	"Somebody else has changed this person meanwhile. Look again.",
	"There is no link for a first password of theirs that is good.",
	"This person has a password already.",
	"Somebody else changed this person meanwhile. Look at them again.",
	"The person cannot sign in any more.",
	"There is no such client.",
	"There is no such consent.",
	"There is no such factor.",
	"There is no such password.",
	"There is no such session.",
	"There is no such user.",

	// A form, a page, and an application that signs out.
	"The form could not be read.",
	"The form says neither yes nor no.",
	"The form does not say which account to use.",
	"What is at this address is asked by: {methods}.",
	"The application named {name} twice.",
	"The application's request could not be read.",
	"The application's request is too long. You are still signed in.",

	// The database.
	"The database cannot answer now.",
	"Gatehouse is shutting down.",
	"Gatehouse cannot tell now which tokens were revoked.",
	"Gatehouse cannot tell now who may do what.",
	"It exists already.",
	"What it belongs to is not there any more.",
	"A text contains characters that cannot be kept.",

	// The gate: how one comes to it.
	"Nobody can sign in as the application wants it.",
	"Nobody is signed in here, or not any more. Sign in and try again.",
	"A credential is needed in the Authorization header: an access token, a personal one, or the key of a service account.",
	"The credential is invalid, expired, revoked or not for this API.",
	"The issuer of this credential cannot be asked now.",
	"The API {name} is not known here.",
	"You are not signed in any more.",
	"This sign-in was used already, took too long, or was begun in another browser.",
	"This sign-in took too long, or was not begun by an application. Open the application again.",
	"The address to return to is none that this host has.",
	"acr_values must be a level: aal1 or aal2.",
	"max_age must be a number of seconds, from 1 to a year.",
	"Too many bad sign-ins came from this address.",
	"Too many requests were sent here.",
	"This was sent by a page of another site.",

	// The gate: what was asked for.
	"The gate has no route to this address.",
	"The gate has nothing at this address.",
	"The method is not allowed here; allowed are {methods}.",
	"The host is not a name or an address.",
	"The host has no usable port.",
	"This connection was opened for another host, and no certificate of it counts here.",
	"This came before the connection was set up, and might have been sent by somebody else. Send it again.",
	"The request target is not a path.",
	"The path is too long.",
	"The path does not begin with a slash.",
	"The path has too many segments.",
	"The path has an empty segment.",
	"The path has a dot segment.",
	"The path has a character that servers read differently.",
	"The path is not UTF-8.",
	"The path has a character that stands for another, or cannot be seen.",
	"The path has a segment that begins or ends in a blank, or ends in a dot.",
	"The path has a broken escape.",
	"The path is not in its one spelling, {path}.",
	"The query is too long.",
	"The query has too many parameters.",
	"The query has a character that must be escaped.",
	"The query has a broken escape.",
	"The query has an escaped control character.",
	"An access token does not belong in the query.",
	"There is a header that is not a visitor's to send.",
	"There is a header that reads like another one.",
	"There is more than one {name} header.",
	"The request is larger than the {n} bytes that this route takes.",

	// The gate: what is behind it.
	"The application behind the gate cannot be reached.",
	"The application behind the gate took too long to answer.",
	"The application behind the gate gave an answer that this route does not pass on.",
	"The application behind the gate encodes a stream of events.",
	"This route asks for a permission that is not there.",
	"The gate cannot learn what it has to know of this resource.",
	"What you may see of this list cannot be told to the application behind the gate.",
	"The gate is about to stop.",
)

// itself is how English says what the house says.
func itself(all ...Phrase) map[Phrase]Phrase {
	said := map[Phrase]Phrase{}
	for _, p := range all {
		said[p] = p
	}
	return said
}

// joined are the sentences of several lists.
func joined(lists ...map[Phrase]Phrase) map[Phrase]Phrase {
	all := map[Phrase]Phrase{}
	for _, one := range lists {
		maps.Copy(all, one)
	}
	return all
}
