// A hand-written issuer: the two endpoints with express and jose, one key for all workers, all
// constant values prepared once. WORKERS=1 runs without a cluster.
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import express from 'express'
import { SignJWT, exportJWK, generateKeyPair, importJWK } from 'jose'

const ALG = 'RS256'
const LIFETIME_S = 900
const workers = Number(process.env.WORKERS ?? availableParallelism())

if (workers === 1) {
  serve(await makeKey())
} else if (cluster.isPrimary) {
  const key = await makeKey()
  for (let i = 0; i < workers; i++) cluster.fork().send(key)
} else {
  process.once('message', serve)
}

async function makeKey() {
  const { privateKey } = await generateKeyPair(ALG, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: ALG, use: 'sig' }
}

async function serve(jwk) {
  const privateKey = await importJWK(jwk, ALG)
  const { kty, n, e, kid, alg, use } = jwk
  const jwks = Buffer.from(JSON.stringify({ keys: [{ kty, n, e, kid, alg, use }] }))
  const header = { alg: ALG, typ: 'JWT', kid }

  const app = express()
  app.disable('x-powered-by')
  app.get('/.well-known/jwks.json', (request, response) => {
    response.set({
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      ETag: `"${kid}"`,
    })
    response.send(jwks)
  })
  app.post('/token', express.json(), express.urlencoded({ extended: false }), mint)
  app.listen(Number(process.env.PORT), '127.0.0.1')

  async function mint(request, response) {
    const { client_id: clientId, sub = clientId, aud = 'service' } = request.body
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: 'https://issuer.example', sub, aud, client_id: clientId }
    const token = await new SignJWT({ ...claims, iat: now, exp: now + LIFETIME_S })
      .setProtectedHeader(header)
      .sign(privateKey)
    response.set('Cache-Control', 'no-store')
    response.json({ access_token: token, token_type: 'Bearer', expires_in: LIFETIME_S })
  }
}
