"""Python bytecode, read in a child process, since malformed bytecode may crash the interpreter."""

import importlib.util
import subprocess
import sys
from typing import Final

_HEADER_BYTES: Final = 16
_PROGRAM: Final = """
import dis, marshal, sys
code = marshal.loads(sys.stdin.buffer.read()[16:])
if sys.argv[1] == "imports":
    def walk(code):
        yield code
        for constant in code.co_consts:
            if hasattr(constant, "co_code"):
                yield from walk(constant)
    found = any(
        step.opname == "IMPORT_NAME" and str(step.argval).split(".")[0] == sys.argv[2]
        for part in walk(code)
        for step in dis.get_instructions(part)
    )
else:
    found = code == compile(open(sys.argv[2], "rb").read(), sys.argv[2], "exec")
sys.exit(0 if found else 1)
"""


def may_import(bytecode: bytes, module: str) -> bool:
    """Return whether *bytecode* imports *module*, or was compiled by another Python version."""
    return not _is_readable(bytecode) or _run("imports", module, bytecode) != 1


def is_compiled_from(bytecode: bytes, source: str) -> bool:
    """Return whether this Python compiles *source* to *bytecode*, whatever its path."""
    return _is_readable(bytecode) and _run("equals", source, bytecode) == 0


def _is_readable(bytecode: bytes) -> bool:
    return bytecode[:4] == importlib.util.MAGIC_NUMBER and len(bytecode) > _HEADER_BYTES


def _run(question: str, subject: str, bytecode: bytes) -> int:
    command = [sys.executable, "-I", "-c", _PROGRAM, question, subject]
    try:
        return subprocess.run(
            command, input=bytecode, stderr=subprocess.DEVNULL, check=False, timeout=60
        ).returncode
    except subprocess.TimeoutExpired:
        return -1
