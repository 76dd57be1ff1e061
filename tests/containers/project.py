"""Another repository, whose stack includes the issuer."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ISSUER: Final = "packages/dev-only/token-issuer/compose.yaml"
"""The file to include."""
URL: Final = "https://git.example.com/team/repository.git#main:"
"""How the URL of a file begins that Compose includes."""


@dataclass(frozen=True)
class Project:
    """A repository with its own stack, which has the name of the folder."""

    folder: Path
    environ: dict[str, str]

    @property
    def name(self) -> str:
        """The name of the stack."""
        return self.folder.name

    def run(self, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the guide in the folder."""
        return subprocess.run(
            ["bash", "-euc", script],
            cwd=self.folder,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def read(self, script: str, **environ: str) -> str:
        """Return the output of a script that succeeds."""
        outcome = self.run(script, **environ)
        assert outcome.returncode == 0, outcome.stderr + outcome.stdout
        return outcome.stdout.strip()

    def read_config(self, **environ: str) -> dict[str, Any]:
        """Return the stack as Compose understands it."""
        described = self.read("docker compose --profile '*' config --format json", **environ)
        config: dict[str, Any] = json.loads(described)
        return config

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def include(self, *paths: str) -> None:
        """Write a stack that includes these files, and nothing else."""
        self.write("compose.yaml", json.dumps({"include": [{"path": list(paths)}]}))


MakeProject = Callable[[], Project]
