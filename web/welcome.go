package web

// PathWelcome is the page on which somebody sets their first password, by a link that was made for them.
const PathWelcome = "/welcome"

// WelcomeURL is that link, of the Gatehouse at issuer. Browsers keep what is behind the "#" to
// themselves, so that no log has the token.
func WelcomeURL(issuer, token string) string { return issuer + PathWelcome + "#token=" + token }
