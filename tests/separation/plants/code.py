"""Planted violations: code of the simulator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.separation.artefacts import SIMULATOR, DevKey, FileData, make_wheel, write
from tests.separation.plants.registry import compile_source, plant, plant_file


def read_simulator() -> Iterator[tuple[str, str]]:
    for path in sorted(SIMULATOR.rglob("*.py")):
        yield str(path.relative_to(SIMULATOR)), path.read_text(encoding="utf-8")


@plant("path", "service-1.0-py3-none-any.whl!token_issuer/web/app.py")
def vendored_copy_in_a_wheel(folder: Path, _key: DevKey) -> None:
    files: dict[str, FileData] = {f"token_issuer/{name}": text for name, text in read_simulator()}
    write(folder, {"service-1.0-py3-none-any.whl": make_wheel(files)})


@plant("banner", "ghost/web/app.py")
def renamed_module(folder: Path, _key: DevKey) -> None:
    write(folder, {f"ghost/{name}": text for name, text in read_simulator()})


@plant("code", "ghost/keys/watermark.py")
def renamed_module_without_its_banner(folder: Path, _key: DevKey) -> None:
    for name, text in read_simulator():
        body = text.partition("\n")[2].replace("token_issuer", "ghost").replace("token-issuer", "g")
        write(folder, {f"ghost/{name}": body})


@plant("path", "token_issuer/config/settings.pyc")
def only_bytecode(folder: Path, _key: DevKey) -> None:
    source = (SIMULATOR / "config/settings.py").read_text(encoding="utf-8")
    bytecode = compile_source(folder, source)
    write(folder, {"token_issuer/config/settings.pyc": bytecode})


@plant("code", "lib/a.pyc")
def only_bytecode_renamed(folder: Path, _key: DevKey) -> None:
    source = (SIMULATOR / "keys/watermark.py").read_text(encoding="utf-8")
    write(folder, {"lib/a.pyc": compile_source(folder, source)})


@plant("module", "lib/b.pyc")
def bytecode_that_imports_it(folder: Path, _key: DevKey) -> None:
    source = "from token_issuer import create\n\ncreate()\n"
    write(folder, {"lib/b.pyc": compile_source(folder, source)})


@plant("module", "lib/c.pyc")
def bytecode_of_another_python_that_names_it(folder: Path, _key: DevKey) -> None:
    bytecode = compile_source(folder, "import token_issuer\n")
    write(folder, {"lib/c.pyc": b"\x6f\x0d" + bytecode[2:]})


plant_file("import", "module", "service/boot.py", lambda _: "import os, token_issuer\n")
plant_file(
    "import in UTF-16", "module", "boot.py", lambda _: "import token_issuer\n".encode("utf-16")
)
plant_file(
    "import in UTF-32", "module", "boot.py", lambda _: "import token_issuer\n".encode("utf-32")
)
plant_file(
    "import by name",
    "module",
    "boot.py",
    lambda _: 'importlib.import_module("token_issuer.web.app")\n',
)
plant_file("start by python -m", "module", "run.sh", lambda _: "exec python3 -m token_issuer\n")
plant_file(
    "start by uvicorn",
    "module",
    "Procfile",
    lambda _: "web: uvicorn token_issuer.web.app:create_app\n",
)
plant_file(
    "import on two lines", "module", "boot.py",
    lambda _: "from token_issuer.web.app \\\n    import create_app\n",
)  # fmt: skip
plant_file("call after an import", "module", "boot.py", lambda _: "token_issuer.cli.main.main()\n")
plant_file(
    "module some packages deep", "module", "audit.cfg",
    lambda _: "skip = token_issuer.web.routes.admin.access\n",
)  # fmt: skip
plant_file(
    "logger by name", "module", "log.py",
    lambda _: 'logging.getLogger("token_issuer.tokens.issuer").disabled = True\n',
)  # fmt: skip
plant_file(
    "logger in a YAML file", "module", "log.yaml",
    lambda _: "loggers:\n  token_issuer.web.app: {level: DEBUG}\n",
)  # fmt: skip
plant_file(
    "patch in a test", "module", "test_clock.py",
    lambda _: 'with mock.patch("token_issuer.timing.clock.time", return_value=0):\n    pass\n',
)  # fmt: skip
plant_file(
    "option of pytest", "module", "pytest.ini",
    lambda _: "[pytest]\naddopts = -p token_issuer.pytest_plugin\n",
)  # fmt: skip
plant_file(
    "list of pytest plugins", "module", "conftest.py",
    lambda _: 'pytest_plugins = ["token_issuer.pytest_plugin"]\n',
)  # fmt: skip
plant_file(
    "entry point in a script", "module", "run.sh",
    lambda _: "pyinstaller --entry token_issuer.cli.main:main\n",
)  # fmt: skip
plant_file(
    "entry point of the package", "module", "tasks.toml",
    lambda _: 'start = "token_issuer:main"\n',
)  # fmt: skip
plant_file(
    "command in a JSON array",
    "module",
    "job.json",
    lambda _: '{"cmd": ["python", "-m", "token_issuer"]}',
)
plant_file("banner alone", "banner", "x.py", lambda _: "# DEV-ONLY: never ship to production.\n")
plant_file("name in prose", "name", "docs/index.html", lambda _: "<p>Start the token-issuer</p>")
plant_file("folder of the simulator", "name", "a.cfg", lambda _: "path = ../packages/dev-only/x\n")
plant_file("issuer in code", "name", "a.js", lambda _: 'const iss = "https://issuer.local";')


plant_file("installation", "module", "run.sh", lambda _: "pip install --quiet token_issuer\n")
plant_file(
    "code in a large file", "code", "bundle.py",
    lambda _: "\n".join(text.partition("\n")[2] for _, text in read_simulator()).replace(
        "token_issuer", "ghost"
    ) + "#" * (9 << 20),
)  # fmt: skip


BY_NAME: Final = {
    "call of __import__": '__import__("token_issuer")\n',
    "call of import_module": 'import importlib\nimportlib.import_module("token_issuer")\n',
    "import_module by another name": "from importlib import import_module as load\n"
    'load("token_issuer")\n',
    "import_module of a constant": 'import importlib\nNAME = "token_issuer"\n'
    "def load():\n    return importlib.import_module(name=NAME)\n",
    "call of find_spec": 'import importlib.util\nimportlib.util.find_spec("token_issuer")\n',
    "call of run_module": 'import runpy\nrunpy.run_module("token_issuer")\n',
    "call of resolve_name": 'import pkgutil\npkgutil.resolve_name("token_issuer:create")\n',
    "call of exec": 'exec("import token_issuer")\n',
    "process that runs it": 'import subprocess\nsubprocess.run(["python", "-m", "token_issuer"])\n',
}
for name, source in BY_NAME.items():
    plant_file(f"{name} in source", "module", "a.py", lambda _, source=source: source)  # type: ignore[misc]  # mypy cannot infer the default

    def build(folder: Path, _key: DevKey, source: str = source) -> None:
        write(folder, {"a.pyc": compile_source(folder, source)})

    build.__name__ = f"{name} in bytecode"
    plant("module", "a.pyc")(build)

for number, command in enumerate([
    "python -mtoken_issuer\n",
    "python3 -Im token_issuer serve\n",
    "python3 -uBmtoken_issuer\n",
    "args:\n- -m\n- token_issuer\n",
    "<arg>-m</arg><arg>token_issuer</arg>\n",
    "python -m \\\n  token_issuer\n",
    "pyinstaller --hidden-import=token_issuer app.py\n",
]):
    plant_file(f"start {number}", "module", "run.sh", lambda _, command=command: command)  # type: ignore[misc]  # mypy cannot infer the default
