"""Evaluation of the Rego policies like conftest, with Microsoft's engine regorus."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest


class RegoPolicy:
    """All policies of a folder, like `conftest test --policy FOLDER`."""

    def __init__(self, folder: Path) -> None:
        reason = "there are wheels of regorus for Linux on x86_64 and for macOS alone"
        self._engine = pytest.importorskip("regorus", reason=reason).Engine()
        for path in sorted(folder.glob("*.rego")):
            self._engine.add_policy(path.name, path.read_text(encoding="utf-8"))

    def refuse(self, document: Any, data: Mapping[str, Any] | None = None) -> list[str]:
        """Return the messages with which *document* is refused.

        Args:
            document: One document of a file or, as `--combine` has them, a list of
                `{"path": …, "contents": …}`.
            data: What is loaded by `--data`.
        """
        self._engine.clear_data()
        self._engine.add_data_json(json.dumps(data or {}))
        self._engine.set_input_json(json.dumps(document))
        messages: list[str] = json.loads(self._engine.eval_rule_as_json("data.main.deny"))
        return messages
