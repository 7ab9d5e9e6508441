// Serves one of the applications that run in the browser, from the folder browser.
import { createServer } from 'node:http'
import { build } from 'esbuild'

const { OIDC_ISSUER, OIDC_CLIENT_ID, APP_URL, PORT } = process.env
const { outputFiles } = await build({
  entryPoints: [new URL(`browser/${process.argv[2]}`, import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'iife',
  jsx: 'automatic',
  define: {
    'process.env.NODE_ENV': '"production"',
    OIDC_ISSUER: JSON.stringify(OIDC_ISSUER),
    OIDC_CLIENT_ID: JSON.stringify(OIDC_CLIENT_ID),
    APP_URL: JSON.stringify(APP_URL),
  },
})

createServer((req, res) => {
  if (req.url === '/app.js') return res.writeHead(200, { 'content-type': 'text/javascript' }).end(outputFiles[0].text)
  if (req.url === '/favicon.ico') return res.writeHead(404).end()
  res.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><main id="root"></main><script src="/app.js"></script>')
}).listen(PORT, '127.0.0.1')
