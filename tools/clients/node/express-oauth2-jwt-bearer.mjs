// An API in Express with express-oauth2-jwt-bearer.
import express from 'express'
import { auth } from 'express-oauth2-jwt-bearer'

const { PORT, SETTINGS } = process.env
const app = express()
eval(SETTINGS) // as docs/clients.md says: it uses auth
app.get('/', (req, res) => res.send(`Hello ${req.auth.payload.client_id}`))
app.use((error, req, res, next) => res.status(error.status ?? 500).set(error.headers ?? {}).send(error.message))
app.listen(PORT, '127.0.0.1')
