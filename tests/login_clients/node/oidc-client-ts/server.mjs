// Serve the application that logs in with oidc-client-ts in the browser.
import { fileURLToPath } from "node:url";
import express from "express";

const { ISSUER_URL, APP_URL = "http://localhost:3000", CLIENT_ID } = process.env;
const page = fileURLToPath(new URL("index.html", import.meta.url));
const library = fileURLToPath(new URL("../node_modules/oidc-client-ts/dist/browser", import.meta.url));

const app = express();
app.use("/lib", express.static(library));
app.get("/settings.json", (req, res) => res.json({ authority: ISSUER_URL, client_id: CLIENT_ID }));
app.get("/{*path}", (req, res) => res.sendFile(page));

app.listen(new URL(APP_URL).port);
