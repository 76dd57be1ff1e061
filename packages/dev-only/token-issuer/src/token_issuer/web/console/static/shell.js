// DEV-ONLY: never ship to production.
// Words of a POSIX shell, and what the programs in it need.

/**
 * Return a text as one word of a shell command, as Python's `shlex.quote` does.
 * @param {string} text
 */
export const quote = (text) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** What a terminal needs to trust an issuer that serves HTTPS; nothing for one that does not. */
export const TRUST =
  location.protocol === "https:" &&
  "Unless your machine trusts the certificate of this issuer, set `CURL_CA_BUNDLE`, " +
    "`SSL_CERT_FILE` (Python), `NODE_EXTRA_CA_CERTS` and `TOKEN_ISSUER_TLS_CA` to the file of its CA.";
