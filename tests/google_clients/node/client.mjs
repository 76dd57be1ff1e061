// Google's clients for Node: run each flow, and print the results as JSON.
// Reads nothing but the environment, as tests/google_clients/catalogue.py describes it. Each call is
// what an application does in production.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cert, initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { GoogleAuth, Impersonated, JWT, OAuth2Client } from "google-auth-library";

const { AUDIENCE, PROJECT, IMPERSONATED } = process.env;
const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];
const read = (name) => JSON.parse(readFileSync(process.env[name], "utf8"));
const token = async (client) => (await client.getAccessToken()).token;

const verifyIdToken = async (name) => {
  const ticket = await new OAuth2Client().verifyIdToken({ idToken: process.env[name], audience: AUDIENCE });
  return ticket.getPayload();
};
const verifyIapToken = async (name) => {
  const client = new OAuth2Client();
  const { pubkeys } = await client.getIapPublicKeys();
  const issuers = ["https://cloud.google.com/iap"];
  const jwt = process.env[name];
  return (await client.verifySignedJwtWithCertsAsync(jwt, pubkeys, AUDIENCE, issuers)).getPayload();
};

const useServiceAccount = (name = "SERVICE_ACCOUNT_FILE") => {
  const { client_email: email, private_key: key } = read(name);
  return new JWT({ email, key, scopes: SCOPES });
};
// Credentials of the environment: here, of the metadata server.
const fetchIdToken = async (options) => {
  const client = await new GoogleAuth(options).getIdTokenClient(AUDIENCE);
  return client.idTokenProvider.fetchIdToken(AUDIENCE);
};
const useExternalAccount = (name) => new GoogleAuth({ keyFile: process.env[name], scopes: SCOPES }).getClient();
const impersonate = () =>
  new Impersonated({
    sourceClient: useServiceAccount(),
    targetPrincipal: IMPERSONATED,
    targetScopes: SCOPES,
    lifetime: 3600,
  });

const apps = {};
const firebase = (name = "SERVICE_ACCOUNT_FILE") =>
  (apps[name] ??= initializeApp({ credential: cert(read(name)), projectId: PROJECT }, name));
const auth = () => getAuth(firebase());
const createSessionCookie = async () => {
  const expiresIn = 60 * 60 * 1000;
  const cookie = await auth().createSessionCookie(process.env.FIREBASE_TOKEN, { expiresIn });
  return auth().verifySessionCookie(cookie);
};
const fetchWithFirebase = async (name) => (await firebase(name).options.credential.getAccessToken()).access_token;

const clients = {
  "google-auth-library": {
    "id-token": () => verifyIdToken("ID_TOKEN"),
    "foreign-id-token": () => verifyIdToken("FOREIGN_ID_TOKEN"),
    "iap-token": () => verifyIapToken("IAP_TOKEN"),
    "foreign-iap-token": () => verifyIapToken("FOREIGN_IAP_TOKEN"),
    "metadata-access-token": () => new GoogleAuth({ scopes: SCOPES }).getAccessToken(),
    "metadata-id-token": () => fetchIdToken(),
    "service-account-access-token": () => token(useServiceAccount()),
    "service-account-id-token": () => fetchIdToken({ keyFile: process.env.SERVICE_ACCOUNT_FILE }),
    "foreign-service-account-access-token": () => token(useServiceAccount("FOREIGN_SERVICE_ACCOUNT_FILE")),
    "external-account-of-a-file": async () => token(await useExternalAccount("EXTERNAL_FILE")),
    "external-account-of-a-url": async () => token(await useExternalAccount("EXTERNAL_URL_FILE")),
    "external-account-for-service-account": async () =>
      token(await useExternalAccount("EXTERNAL_IMPERSONATION_FILE")),
    "impersonated-access-token": () => token(impersonate()),
    "impersonated-id-token": () => impersonate().fetchIdToken(AUDIENCE, { includeEmail: true }),
  },
  "firebase-admin": {
    "firebase-token": () => auth().verifyIdToken(process.env.FIREBASE_TOKEN),
    "foreign-firebase-token": () => auth().verifyIdToken(process.env.FOREIGN_FIREBASE_TOKEN),
    "session-cookie": () => auth().verifySessionCookie(process.env.SESSION_COOKIE),
    "foreign-session-cookie": () => auth().verifySessionCookie(process.env.FOREIGN_SESSION_COOKIE),
    "unrevoked-firebase-token": () => auth().verifyIdToken(process.env.FIREBASE_TOKEN, true),
    "created-session-cookie": createSessionCookie,
    "custom-token": () => auth().createCustomToken("alice"),
    "custom-token-without-key": () => getAuth(initializeApp()).createCustomToken("alice"),
    "service-account-access-token": () => fetchWithFirebase(),
    "foreign-service-account-access-token": () => fetchWithFirebase("FOREIGN_SERVICE_ACCOUNT_FILE"),
  },
};

const describe = (error) => ({ refused: [error.message, error.cause?.message].join(" ") });
const run = (flow) => Promise.resolve().then(flow).then((result) => ({ result }), describe);
const results = {};
for (const [name, flows] of Object.entries(clients)) {
  const { version } = createRequire(import.meta.url)(`./node_modules/${name}/package.json`);
  results[name] = { version, flows: {} };
  for (const [key, flow] of Object.entries(flows)) results[name].flows[key] = await run(flow);
}
console.log(JSON.stringify(results));
