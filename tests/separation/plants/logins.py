"""Planted violations: what a login of the simulator hands out, and its pages."""

import json
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Final

from proxy_guard import dev_marks

from tests.separation.artefacts import DevKey, FileData, make_saved_image, make_tar, write
from tests.separation.plants.registry import compile_source, plant, plant_file


def seal(mark: str) -> str:
    return mark + urlsafe_b64encode(bytes(range(96))).decode()


REFRESH_TOKEN: Final = seal(dev_marks.REFRESH_TOKEN_MARK)
COOKIE: Final = {
    "name": dev_marks.SESSION_COOKIE,
    "value": seal(dev_marks.SESSION_MARK),
    "domain": "localhost",
    "path": "/",
}
GCLOUD: Final = json.dumps({"type": "authorized_user", "refresh_token": REFRESH_TOKEN})
CLAIMS: Final = json.dumps({"sub": "alice", "jti": seal(dev_marks.TOKEN_ID_MARK)})
PAGE: Final = (
    f"<!doctype html><html><head>{dev_marks.PAGE_MARK}</head>"
    f"<input name=page value={seal(dev_marks.LOGIN_PAGE_MARK)}></html>"
)
BARE_PAGE: Final = "<html><meta content='x' name=dev-only><button>alice</button></html>"


def encode(text: str) -> str:
    return b64encode(text.encode()).decode()


def record(*, body: str = "", **request: object) -> str:
    """Record a request and its response in an HTTP archive (HAR 1.2)."""
    response = {"status": 200, "content": {"mimeType": "text/html", "text": body}}
    return json.dumps({"log": {"entries": [{"request": request, "response": response}]}})


FILES: Final[dict[str, FileData]] = {
    "app.env": f"GOOGLE_REFRESH_TOKEN={REFRESH_TOKEN}\n",
    "quoted.env": f"TOKEN='Bearer {seal(dev_marks.ACCESS_TOKEN_MARK)}'\n",
    "application_default_credentials.json": GCLOUD,
    "secret.yaml": f"kind: Secret\ndata:\n  adc.json: {encode(GCLOUD)}\n",
    "secret-token.yaml": f"kind: Secret\ndata:\n  token: {encode(REFRESH_TOKEN)}\n",
    "configmap.yaml": f"kind: ConfigMap\ndata:\n  adc.json: |\n    {GCLOUD}\n",
    ".netrc": f"machine id.example.com\n  login a\n  password {REFRESH_TOKEN}\n",
    "cookies.txt": "# Netscape HTTP Cookie File\n#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\t"
    f"{COOKIE['name']}\t{COOKIE['value']}\n",
    "storage-state.json": json.dumps({"cookies": [COOKIE], "origins": []}),
    "session.har": record(cookies=[COOKIE], url="http://localhost:9000/authorize"),
    "code.har": record(url=f"http://localhost:3000/cb?code={seal(dev_marks.CODE_MARK)}"),
    "page.har": record(body=BARE_PAGE),
    "access.log": f'"GET /cb?code={seal(dev_marks.CODE_MARK)}&state=x HTTP/1.1" 302\n',
    "login.html": PAGE,
    "login-bare.html": BARE_PAGE,
    "login.html.txt": PAGE.encode("utf-16"),
    "fixture.js": f'const page = "{json.dumps(BARE_PAGE)[1:-1]}";\n',
    "token.jwt": f"{encode('{}')}.{encode(CLAIMS)}.{'A' * 86}",
    "curl.sh": f"curl -d device_code={seal(dev_marks.DEVICE_CODE_MARK)} https://a.example\n",
    "token.utf16": REFRESH_TOKEN.encode("utf-16"),
    "large.log": "x" * (9 << 20) + REFRESH_TOKEN,
}
for path, content in FILES.items():
    plant_file(f"login in {path}", "login", path, lambda _, content=content: content)  # type: ignore[misc]  # the default


@plant("login", "profile/cookies.sqlite")
def cookies_of_a_browser(folder: Path, _key: DevKey) -> None:
    (folder / "profile").mkdir()
    database = sqlite3.connect(folder / "profile/cookies.sqlite")
    database.execute("CREATE TABLE moz_cookies (name, value, host, path)")
    database.execute("INSERT INTO moz_cookies VALUES (:name, :value, :domain, :path)", COOKIE)
    database.commit()
    database.close()


@plant("login", "image.tar!")
def token_in_the_environment_of_an_image(folder: Path, _key: DevKey) -> None:
    environment = [f"GOOGLE_REFRESH_TOKEN={REFRESH_TOKEN}"]
    write(folder, {"image.tar": make_saved_image(make_tar({"a": "x"}), environment=environment)})


@plant("login", "lib/a.pyc")
def token_in_bytecode(folder: Path, _key: DevKey) -> None:
    write(folder, {"lib/a.pyc": compile_source(folder, f"TOKEN = {REFRESH_TOKEN!r}\n")})
