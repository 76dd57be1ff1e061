"""Take the pictures of the console for its guide: `ci/console.sh --pictures`.

The keys are new each time, and so are the signatures; all else stays the same, as far as the clock
of this machine allows.
"""

from collections.abc import Callable
from typing import Final

import httpx

from tests.browser.browser import Browser, install
from tests.conftest import provide_issuer_start
from tests.console.page import Console
from tests.machine import ROOT
from tests.services import read_clean_environ

FOLDER: Final = ROOT / "docs/guides"
PORT: Final = 8081
URL: Final = f"http://localhost:{PORT}"
CLAIMS: Final = '{"groups": ["admin"], "email": "alice@corp.test"}'
WIDE: Final = (1280, 800)
PHONE: Final = (390, 780)


def show_mint(console: Console, client: httpx.Client) -> None:
    console.open("mint", sub="alice", exp="2h", claims=CLAIMS)
    console.wait_for_text("eyJ")


def show_inspect(console: Console, client: httpx.Client) -> None:
    body = {"sub": "alice", "exp": "-5m", "claims": {"email": "alice@corp.test"}}
    token = client.post("/token", json=body).json()["access_token"]
    console.open("inspect")
    console.browser.fill("main textarea", token)
    console.wait_for_text("A strict verifier rejects it")


def show_keys(console: Console, client: httpx.Client) -> None:
    client.post("/admin/keys/rotate", json={"lead": "0s", "retention": "1h"})
    client.post("/admin/keys/rotate", json={"lead": "30m"})
    console.open("keys")
    console.wait_for_text("dev-key-3")


def show_controls(console: Console, client: httpx.Client) -> None:
    client.put("/admin/clock", json={"offset": "8d"})
    client.put("/admin/faults", json={"faults": [{"kind": "status"}, {"kind": "delay"}]})
    console.open("controls")
    console.browser.wait_until("document.querySelector('#status').innerText.includes('fault')")


PICTURES: Final[dict[str, tuple[Callable[[Console, httpx.Client], None], str, tuple[int, int]]]] = {
    "console-mint": (show_mint, "light", WIDE),
    "console-inspect": (show_inspect, "light", WIDE),
    "console-keys": (show_keys, "light", WIDE),
    "console-controls": (show_controls, "dark", PHONE),
}


def main() -> None:
    """Show each view in Chromium, with an issuer at the port of the examples."""
    install()
    with provide_issuer_start(read_clean_environ()) as start, Browser() as browser:
        issuer = start(port=PORT)
        console = Console(browser, URL)
        with httpx.Client(base_url=issuer.url, trust_env=False, timeout=60) as client:
            for name, (show, scheme, (width, height)) in PICTURES.items():
                browser.reset(scheme=scheme, width=width, height=height)
                show(console, client)
                browser.save_picture(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
