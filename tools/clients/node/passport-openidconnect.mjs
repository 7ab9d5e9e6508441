// passport-openidconnect in Express. It neither refreshes nor signs out.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'

const { PORT, SETTINGS } = process.env
eval(SETTINGS) // as docs/clients.md says: it uses the strategy
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: crypto.randomUUID(), resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/', (req, res) => res.send(req.user ? `Signed in as ${req.user.emails[0].value}` : 'Signed out'))
app.get('/login', passport.authenticate('openidconnect'))
app.get('/cb', (req, res, next) => passport.authenticate('openidconnect', (error, user, info) => {
  if (error || !user) return res.status(403).send(`Refused: ${error?.message ?? info?.message}`)
  req.login(user, (failed) => (failed ? next(failed) : res.redirect('/')))
})(req, res, next))
app.listen(PORT, '127.0.0.1')
