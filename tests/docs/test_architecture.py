"""The picture of the architecture shows the floors that the import contracts demand."""

import re
import tomllib

import pytest

from tests.docs.pages import ROOT, Page


@pytest.mark.requirement("OPS-6")
def test_picture_shows_the_floors_of_the_import_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    floors = next(row["layers"] for row in contracts if row.get("containers") == ["token_issuer"])
    shown = re.findall(r'subgraph \w+\["(.+)"\]', Page("docs/background/architecture.md").text)

    assert [set(floor.split(" · ")) for floor in shown] == [
        set(re.split(r" [|:] ", floor)) for floor in floors
    ]
