// express-openid-connect, with its own /login, /callback and /logout.
import express from 'express'
import openid from 'express-openid-connect'

const { PORT, SETTINGS } = process.env
const app = express()
const auth = (settings) => openid.auth({ ...settings, authRequired: false })
eval(SETTINGS) // as docs/clients.md says: it uses auth

app.get('/', async (req, res) => {
  if (!req.oidc.isAuthenticated()) return res.send('Signed out')
  if (req.oidc.accessToken.isExpired()) await req.oidc.accessToken.refresh()
  const person = await req.oidc.fetchUserInfo()
  res.send(`Signed in as ${person.email}`)
})

app.use((error, req, res, next) => res.status(500).send(`Refused: ${error.message}`))
app.listen(PORT, '127.0.0.1')
