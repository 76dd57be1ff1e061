"""Planted violations: the console of the simulator, under other names and without its marks."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.separation.artefacts import SIMULATOR, DevKey, write
from tests.separation.plants.registry import plant

STATIC = SIMULATOR / "web/console/static"


def read_console() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file, which does not name the simulator any more."""
    for path in sorted(STATIC.rglob("*.*")):
        text = path.read_text(encoding="utf-8").replace("DEV-ONLY: never ship to production.", "")
        text = text.replace('<meta name="dev-only" content="token-issuer">', "")
        yield (
            str(path.relative_to(STATIC)),
            re.sub(r"(?i)packages/dev-only|token[-_]issuer", "ghost", text),
        )


def minify(script: str) -> str:
    """Remove what a bundler removes: comments, imports, exports and line breaks."""
    script = re.sub(r"(?ms)/\*.*?\*/|^\s*//.*?$|(?<=[;{},(]) //.*?$", "", script)
    script = re.sub(r"(?ms)^import .*?;$|^export ", "", script)
    return re.sub(r"\s+", " ", script)


@plant("banner", "public/style.css")
def copied_console(folder: Path, _key: DevKey) -> None:
    for path in STATIC.rglob("*.*"):
        write(folder, {f"public/{path.relative_to(STATIC)}": path.read_bytes()})


@plant("code", "ghost/main.js")
def renamed_console(folder: Path, _key: DevKey) -> None:
    write(folder, {f"ghost/{name}": text for name, text in read_console()})


@plant("code", "app.min.js")
def minified_console(folder: Path, _key: DevKey) -> None:
    scripts = [minify(text) for name, text in read_console() if name.endswith(".js")]
    write(folder, {"app.min.js": "".join(scripts)})


@plant("code", "api.min.js")
def minified_script_of_the_console(folder: Path, _key: DevKey) -> None:
    write(folder, {"api.min.js": minify(dict(read_console())["api.js"])})


@plant("code", "index.html")
def renamed_page_of_the_console(folder: Path, _key: DevKey) -> None:
    page = re.sub(r"<!--.*?-->|\n", "", dict(read_console())["index.html"])
    write(folder, {"index.html": page})


@plant("login", "saved.html")
def saved_page_of_the_console(folder: Path, _key: DevKey) -> None:
    write(folder, {"saved.html": (STATIC / "index.html").read_text(encoding="utf-8")})
