"""Python code, read in a child process, since malformed bytecode may crash the interpreter."""

import importlib.util
import subprocess
import sys
from typing import Final

_HEADER_BYTES: Final = 16
_LIST_USES: Final = """
import dis, marshal, sys
importers = {
    "__import__", "import_module", "find_spec", "find_loader", "get_loader", "load_module",
    "run_module", "resolve_name", "import_string", "import_object", "importorskip",
}
texts = {}

def walk(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from walk(constant)

def list_texts(constants):
    for constant in constants:
        if isinstance(constant, (tuple, frozenset)):
            yield from list_texts(constant)
        elif isinstance(constant, (str, bytes)):
            yield constant if isinstance(constant, str) else constant.decode("latin-1")

def list_uses(code):
    yield from list_texts(code.co_consts)
    text, since_importer = None, 9
    for step in dis.get_instructions(code):
        name, value = step.opname, step.argval
        if name == "IMPORT_NAME":
            yield "import " + value
        if name.startswith("STORE_") and isinstance(value, str):
            if since_importer == 0:
                importers.add(value)
            elif text is not None:
                texts[value] = text
        if name.startswith(("STORE_", "POP_TOP")):
            since_importer = 9
        text = value if name == "LOAD_CONST" and isinstance(value, str) else None
        if since_importer < 9 and (text or isinstance(value, str) and value in texts):
            yield f'import_module("{text or texts[value]}")'
        is_name = isinstance(value, str) and name.startswith(("LOAD_", "IMPORT_FROM"))
        is_importer = is_name and name != "LOAD_CONST" and value in importers
        since_importer = 0 if is_importer else since_importer + 1

data = sys.stdin.buffer.read()
is_source = sys.argv[1] == "source"
code = compile(data, "", "exec") if is_source else marshal.loads(data[16:])
for part in walk(code):
    for use in list_uses(part):
        sys.stdout.buffer.write(use.lower().encode("utf-8", "replace") + b"\\n")
"""
_EQUALS: Final = """
import marshal, sys
size = int(sys.argv[1])
code, source = marshal.loads(sys.stdin.buffer.read(size)[16:]), sys.stdin.buffer.read()
sys.exit(code != compile(source, "", "exec"))
"""


def list_uses(data: bytes, *, is_source: bool = False) -> bytes | None:
    """Return the strings, imports and imports by name in bytecode or source, as lower-case lines.

    The result is None for bytecode of another Python version, and for damaged code.
    """
    if is_source:
        return _run(_LIST_USES, data, "source")
    return _run(_LIST_USES, data, "bytecode") if _is_readable(data) else None


def is_compiled_from(bytecode: bytes, source: bytes) -> bool:
    """Return whether this Python compiles *source* to *bytecode*, whatever its path."""
    if not _is_readable(bytecode):
        return False
    return _run(_EQUALS, bytecode + source, str(len(bytecode))) is not None


def _is_readable(bytecode: bytes) -> bool:
    return bytecode[:4] == importlib.util.MAGIC_NUMBER and len(bytecode) > _HEADER_BYTES


def _run(program: str, code: bytes, *arguments: str) -> bytes | None:
    """Return the output of *program* for *code*, or None if it fails."""
    command = [sys.executable, "-I", "-W", "ignore", "-c", program, *arguments]
    try:
        outcome = subprocess.run(command, input=code, capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    return outcome.stdout if outcome.returncode == 0 else None
