"""An OpenID Connect client with Authlib: `authlib_client.py ISSUER_URL AUDIENCE NONCE`.

Speaks the protocol of `tests/oidc_clients/clients.py`.
"""

import json
import sys

from authlib.integrations.flask_client import OAuth
from authlib.oidc.discovery import get_well_known_url
from flask import Flask

issuer, audience, nonce = sys.argv[1:]


def say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


discovery_url = get_well_known_url(issuer, external=True)
client = OAuth(Flask(__name__)).register(  # type: ignore[no-untyped-call]  # of the stubs
    "issuer", client_id=audience, server_metadata_url=discovery_url
)
say({"issuer": client.load_server_metadata()["issuer"]})
for line in sys.stdin:
    try:
        say({"claims": client.parse_id_token({"id_token": line.strip()}, nonce)})
    except Exception as error:  # noqa: BLE001  # the errors of several libraries
        say({"refused": f"{type(error).__name__}: {error}"})
