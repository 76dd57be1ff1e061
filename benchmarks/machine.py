"""Description of the machine and of its software versions."""

import os
import platform
import re
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Final

_COMMANDS: Final = {
    "openssl": ["openssl", "version"],
    "Java": ["java", "-version"],
    "Go": ["go", "version"],
    "Docker": ["docker", "--version"],
}


def describe_machine() -> dict[str, str]:
    """Return the properties of this machine by name, in the order in which they are shown."""
    return {
        "CPU": _read_cpu_model(),
        "cores": str(os.cpu_count()),
        "system": f"{_read_distribution()}, Linux {platform.release()}, {platform.machine()}",
        "load average before the run": f"{os.getloadavg()[0]:.2f}",
        "Python": f"{platform.python_version()} ({ssl.OPENSSL_VERSION})",
        **{
            name: _read_version(command)
            for name, command in _COMMANDS.items()
            if shutil.which(command[0])
        },
    }


def _read_cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    match = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return match[1] if match else platform.processor() or platform.machine()


def _read_distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _read_version(command: list[str]) -> str:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return (finished.stdout or finished.stderr).partition("\n")[0].strip()
