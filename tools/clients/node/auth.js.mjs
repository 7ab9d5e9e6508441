// Auth.js in Express. It takes the person from the ID token, keeps no refresh
// token by itself, and its sign-out ends its own session only.
import express from 'express'
import * as auth from '@auth/express'

const { PORT, SETTINGS } = process.env
let config
const ExpressAuth = (settings) => {
  config = { ...settings, secret: crypto.randomUUID() }
  return auth.ExpressAuth(config)
}

const app = express()
eval(SETTINGS) // as docs/clients.md says: it uses ExpressAuth
app.get('/', async (req, res) => {
  const session = await auth.getSession(req, config)
  res.send(session?.user ? `Signed in as ${session.user.email}` : 'Signed out')
})
app.listen(PORT, '127.0.0.1')
