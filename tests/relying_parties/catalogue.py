"""The probed relying parties, and the description of their setups for the published page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tests.login_clients import compiled, scripts
from tests.login_clients.application import Application
from tests.login_clients.stack import EMAIL
from tests.relying_parties.remedies import Remedy
from tests.relying_parties.versions import (
    read_debian,
    read_go,
    read_jars,
    read_node,
    read_python,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RelyingParty:
    """An application with a login, made with a library or proxy of another project.

    Attributes:
        title: Its name on the page.
        application: How it is installed and configured.
        read_versions: Returns the versions of its packages, that of the library first.
        documentation: Title and address of each page that the setup follows.
        setup: Description of the configuration, for the page.
        options: Options of the probe.
        remedies: What closes its findings, by a short name.
        apart: Checks that each run against a separate application, since other checks after them
            would fail too.
    """

    title: str
    application: Application
    read_versions: Callable[[], Mapping[str, str]]
    documentation: Mapping[str, str]
    setup: str
    options: tuple[str, ...] = ()
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    apart: tuple[str, ...] = ()


AUDIENCES: Final = (
    *("aud-wrong", "aud-list-other", "aud-list-empty", "aud-prefix", "aud-extended", "aud-empty"),
    *("aud-case", "aud-padded", "aud-missing", "aud-of-other-client"),
)
ISSUERS: Final = (
    *("iss-wrong", "iss-missing", "iss-slash", "iss-look-alike", "iss-prefix", "iss-extended"),
    "iss-case",
)
EXPIRIES: Final = (
    *("exp-past-day", "exp-missing", "exp-string", "exp-zero", "exp-negative", "exp-nan"),
)

RELYING_PARTIES: Final[Mapping[str, RelyingParty]] = {
    "openid-client": RelyingParty(
        title="openid-client",
        application=scripts.APPLICATIONS["openid-client"],
        read_versions=partial(read_node, "openid-client", "oauth4webapi", "jose", "express"),
        documentation={
            "Quick start": "https://github.com/panva/openid-client#quick-start",
        },
        setup=(
            "Authorization code with PKCE, `state` and `nonce`, as in its quick start, with"
            " `idTokenExpected: true`; then `fetchUserInfo` with the `sub` of the ID token."
            " `allowInsecureRequests`, since the issuer is on this machine."
        ),
    ),
    "oidc-client-ts": RelyingParty(
        title="oidc-client-ts",
        application=scripts.APPLICATIONS["oidc-client-ts"],
        read_versions=partial(read_node, "oidc-client-ts"),
        documentation={
            "UserManager": "https://authts.github.io/oidc-client-ts/classes/UserManager.html",
        },
        setup=(
            "`UserManager` in Chromium, with its defaults and `loadUserInfo: true`; the login"
            " sends PKCE, `state` and, by an option of `signinRedirect`, a `nonce`. It runs in the"
            " browser, so the login itself protects no data on a server."
        ),
        options=("--logged-in-text", EMAIL),
        remedies={
            "claims": Remedy(
                checks=(*AUDIENCES, *ISSUERS, *EXPIRIES, "aud-two-foreign-azp"),
                text=(
                    "comparing `iss`, `aud` and `exp` of `user.profile` after `signinCallback`, and"
                    " `removeUser` if one is wrong,"
                ),
                changes={
                    "        await manager.signinCallback();\n": (
                        "const { iss, aud, exp } = (await manager.signinCallback()).profile;\n"
                        "const isFresh = typeof exp === 'number' && exp > Date.now() / 1000;\n"
                        "if (iss !== settings.authority || aud !== settings.client_id ||"
                        " !isFresh) {\n"
                        "  await manager.removeUser();\n"
                        "  throw new Error('the ID token is wrong');\n"
                        "}\n"
                    )
                },
            ),
        },
    ),
    "auth-js": RelyingParty(
        title="Auth.js, Google provider",
        application=scripts.APPLICATIONS["auth-js"],
        read_versions=partial(read_node, "@auth/express", "@auth/core", "oauth4webapi", "express"),
        documentation={
            "Express": "https://authjs.dev/reference/express",
            "Google provider": "https://authjs.dev/getting-started/providers/google",
        },
        setup=(
            "`ExpressAuth` with the Google provider at another `issuer`,"
            " `checks: ['pkce', 'state', 'nonce']`, and `idToken: false`, which reads the user from"
            " the userinfo endpoint."
        ),
        options=("--logged-in-text", EMAIL),  # the session of an anonymous visitor has status 200
    ),
    "passport-google-oauth20": RelyingParty(
        title="passport-google-oauth20",
        application=scripts.APPLICATIONS["passport-google-oauth20"],
        read_versions=partial(
            read_node, "passport-google-oauth20", "passport-oauth2", "passport", "express"
        ),
        documentation={
            "README": "https://github.com/jaredhanson/passport-google-oauth2#readme",
        },
        setup=(
            "The strategy with `state: true` and `pkce: true`. It is a client of OAuth 2.0, not of"
            " OpenID Connect: it asks the userinfo endpoint and reads no ID token."
        ),
    ),
    "authlib": RelyingParty(
        title="Authlib, Flask client",
        application=scripts.APPLICATIONS["authlib"],
        read_versions=partial(read_python, "authlib", "joserfc", "flask", "requests"),
        documentation={
            "Flask OAuth client": "https://docs.authlib.org/en/latest/client/flask.html",
        },
        setup=(
            "`OAuth.register` with `server_metadata_url`, the scope `openid email profile` and"
            " `code_challenge_method='S256'`; `authorize_access_token`, then `userinfo`."
        ),
        apart=("keys-fault-redirect-other-host",),  # it keeps the keys of the other host
        remedies={
            "aud": Remedy(
                checks=AUDIENCES,
                text=(
                    "`authorize_access_token(claims_options={'iss': {'essential': True, 'value':"
                    " ISSUER_URL}, 'aud': {'essential': True, 'value': CLIENT_ID}})`"
                ),
                changes={
                    "google.authorize_access_token()": (
                        "google.authorize_access_token(claims_options={"
                        "'iss': {'essential': True, 'value': ISSUER_URL},"
                        " 'aud': {'essential': True, 'value': google.client_id}})"
                    )
                },
            ),
            "userinfo-sub": Remedy(
                checks=("userinfo-sub-other",),
                text=(
                    "taking the user from the validated ID token, `token['userinfo']`, instead of"
                    " calling `userinfo`,"
                ),
                changes={
                    "google.userinfo(token=token)\n    return": 'token["userinfo"]\n    return'
                },
            ),
        },
    ),
    "google-auth-oauthlib": RelyingParty(
        title="google-auth-oauthlib",
        application=scripts.APPLICATIONS["google-auth-oauthlib"],
        read_versions=partial(
            read_python, "google-auth-oauthlib", "google-auth", "requests-oauthlib", "oauthlib"
        ),
        documentation={
            "Using OAuth 2.0 for web server applications": "https://developers.google.com/identity/protocols/oauth2/web-server",
        },
        setup=(
            "`Flow` with `state` and PKCE, in Flask; the user comes from the userinfo endpoint. A"
            " client of OAuth 2.0: it reads no ID token."
        ),
        remedies={
            "id-token": Remedy(
                checks=("id-token-missing",),
                text=(
                    "`google.oauth2.id_token.verify_oauth2_token(flow.credentials.id_token,"
                    " Request(), CLIENT_ID)` after `fetch_token` (here `verify_token`, with the"
                    " certificates of the issuer)"
                ),
                changes={
                    '    session["refresh_token"] = flow.credentials.refresh_token\n': (
                        "    from google.oauth2 import id_token\n"
                        "    id_token.verify_token(flow.credentials.id_token, Request(),"
                        ' CLIENT["client_id"], f"{ISSUER_URL}/oauth2/v1/certs")\n'
                        '    session["refresh_token"] = flow.credentials.refresh_token\n'
                    )
                },
            ),
        },
    ),
    "go-oidc": RelyingParty(
        title="go-oidc, golang.org/x/oauth2",
        application=compiled.APPLICATIONS["go-oidc"],
        read_versions=partial(
            read_go,
            "login",
            "github.com/coreos/go-oidc/v3",
            "golang.org/x/oauth2",
            "github.com/go-jose/go-jose/v4",
        ),
        documentation={
            "Examples": "https://github.com/coreos/go-oidc/tree/v3/example",
        },
        setup=(
            "As in its examples: `provider.Verifier`, the comparisons of `state` and `nonce`,"
            " `VerifyAccessToken`, PKCE, and userinfo with the comparison of `sub`."
        ),
        remedies={
            "algorithms": Remedy(
                checks=("alg-ps256",),
                text="`SupportedSigningAlgs: []string{oidc.RS256}` in `oidc.Config`",
                changes={
                    "oidc.Config{ClientID: clientID}": (
                        "oidc.Config{ClientID: clientID,"
                        " SupportedSigningAlgs: []string{oidc.RS256}}"
                    )
                },
            ),
            "azp": Remedy(
                checks=("aud-two-foreign-azp",),
                text="rejecting ID tokens unless `len(idToken.Audience) == 1`",
                changes={
                    "if idToken.Nonce != login.nonce {": (
                        "if len(idToken.Audience) != 1 || idToken.Nonce != login.nonce {"
                    )
                },
            ),
            "token-type": Remedy(
                checks=("token-type-missing",),
                text='rejecting tokens unless `strings.EqualFold(tokens.TokenType, "bearer")`',
                changes={
                    'raw, _ := tokens.Extra("id_token").(string)': (
                        'if !strings.EqualFold(tokens.TokenType, "bearer") {\n'
                        '\t\treturn session{}, errors.New("token_type: not Bearer")\n\t}\n'
                        '\traw, _ := tokens.Extra("id_token").(string)'
                    ),
                    '\t"net/url"\n': '\t"net/url"\n\t"strings"\n',
                },
            ),
            "keys": Remedy(
                checks=("keys-fault-redirect-other-host", "keys-fault-drip"),
                text=(
                    "`oidc.ClientContext` with an `http.Client` that has a `Timeout` and a"
                    " `CheckRedirect` that returns an error"
                ),
                changes={
                    "oidc.NewProvider(context.Background(), issuerURL)": (
                        "oidc.NewProvider(oidc.ClientContext(context.Background(), &http.Client{\n"
                        "\t\tTimeout: 3 * time.Second,\n"
                        "\t\tCheckRedirect: func(*http.Request, []*http.Request) error {\n"
                        '\t\t\treturn errors.New("redirect")\n\t\t},\n\t}), issuerURL)'
                    ),
                    '\t"sync"\n': '\t"sync"\n\t"time"\n',
                },
            ),
        },
    ),
    "oauth2-proxy-oidc": RelyingParty(
        title="oauth2-proxy, provider oidc",
        application=compiled.APPLICATIONS["oauth2-proxy-oidc"],
        read_versions=partial(
            read_go,
            "oauth2-proxy",
            "github.com/oauth2-proxy/oauth2-proxy/v7",
            "github.com/coreos/go-oidc/v3",
        ),
        documentation={
            "OpenID Connect": "https://oauth2-proxy.github.io/oauth2-proxy/configuration/providers/openid_connect",
        },
        setup=(
            '`provider = "oidc"` with `code_challenge_method = "S256"` and'
            " `insecure_oidc_skip_nonce = false`, which checks the nonce."
        ),
        remedies={
            "algorithms": Remedy(
                checks=("alg-ps256",),
                text='`oidc_enabled_signing_algs = ["RS256"]`',
                environ={"OAUTH2_PROXY_OIDC_ENABLED_SIGNING_ALGS": "RS256"},
            ),
        },
    ),
    "oauth2-proxy-google": RelyingParty(
        title="oauth2-proxy, provider google",
        application=compiled.APPLICATIONS["oauth2-proxy-google"],
        read_versions=partial(read_go, "oauth2-proxy", "github.com/oauth2-proxy/oauth2-proxy/v7"),
        documentation={
            "Google": "https://oauth2-proxy.github.io/oauth2-proxy/configuration/providers/google",
        },
        setup=(
            '`provider = "google"` with `code_challenge_method = "S256"`, and the three URLs of'
            " the issuer in place of Google's. It does not request `openid`, and reads the user"
            " from the ID token without validating it; Google's documentation permits that for a"
            " token that comes directly from Google over HTTPS."
        ),
    ),
    "spring": RelyingParty(
        title="Spring Security, oauth2Login",
        application=compiled.APPLICATIONS["spring"],
        read_versions=partial(
            read_jars,
            "spring-security-oauth2-client",
            "spring-security-oauth2-jose",
            "nimbus-jose-jwt",
            "spring-boot",
        ),
        documentation={
            "OAuth 2.0 Login": "https://docs.spring.io/spring-security/reference/servlet/oauth2/login/core.html",
        },
        setup="`oauth2Login` with its defaults, and `issuer-uri`; it sends PKCE, `state`, `nonce`.",
    ),
    "mod_auth_openidc": RelyingParty(
        title="Apache, mod_auth_openidc",
        application=compiled.APPLICATIONS["mod_auth_openidc"],
        read_versions=partial(
            read_debian, "libapache2-mod-auth-openidc", "libcjose0", "apache2-bin"
        ),
        documentation={
            "README": "https://github.com/OpenIDC/mod_auth_openidc#readme",
        },
        setup=(
            "`OIDCProviderMetadataURL` and the client, with `OIDCPKCEMethod S256`. The package of"
            " Debian 12 is older than the current release."
        ),
        # It keeps the wrong keys of these faults for up to an hour.
        apart=("keys-fault-redirect-other-host", "keys-fault-duplicate-kid"),
        remedies={
            "algorithms": Remedy(
                checks=("alg-ps256",),
                text="`OIDCIDTokenSignedResponseAlg RS256`",
                changes={
                    'Include "${LOGIN_CONF}"': (
                        'Include "${LOGIN_CONF}"\nOIDCIDTokenSignedResponseAlg RS256'
                    )
                },
            ),
        },
    ),
}
