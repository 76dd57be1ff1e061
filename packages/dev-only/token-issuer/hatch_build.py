# DEV-ONLY: never ship to production.
"""Build hook: the wheel and the sdist contain private copies of our other packages.

An installer looks up each name in `Requires-Dist` in a package index, where anyone can register the
names of our packages. Therefore the metadata does not name them. The copies are below
`token_issuer._bundled`, and all imports of them are redirected there, so that they share no file
and no module with a separate installation of one of these packages.

An editable installation needs no copies: it puts `dev-mode-dirs` on the path.
"""

import ast
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE: Final = "token_issuer"
BUNDLE: Final = "_bundled"
BUNDLE_DOCSTRING: Final = '''\
# DEV-ONLY: never ship to production.
"""Private copies of packages of the same repository, made by `hatch_build.py`."""
'''
TARGET_FOLDERS: Final = {"sdist": "src", "wheel": "."}


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]  # the configuration is not used
    """Add `token_issuer` to the wheel or the sdist, with the packages that it imports."""

    _staging: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files to a temporary folder, and include them."""
        root = Path(self.root)
        own, *siblings = [root / folder for folder in self.build_config.dev_mode_dirs]
        package = own / PACKAGE
        if not (package / BUNDLE).is_dir():  # an unpacked sdist contains the bundle
            check_folders(siblings)
            if version == "editable":
                return
            self._staging = TemporaryDirectory(prefix=f"{PACKAGE}-")
            package = bundle(package, siblings, Path(self._staging.name))
        target = Path(TARGET_FOLDERS[self.target_name], PACKAGE)
        build_data["force_include"][str(package)] = str(target)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if self._staging:
            self._staging.cleanup()


def check_folders(folders: list[Path]) -> None:
    """Raise `FileNotFoundError` if the packages to copy are missing."""
    for folder in folders:
        if not folder.is_dir():
            message = (
                f"{folder.resolve()}: no such folder. token-issuer is built from a whole clone of"
                " its repository, not from its folder alone. To get a file that can be installed"
                " elsewhere, run `pip wheel` instead of `pip download`"
            )
            raise FileNotFoundError(message)


def bundle(package: Path, siblings: list[Path], staging: Path) -> Path:
    """Copy *package* to *staging*, with the packages in the source folders *siblings*."""
    copy = staging / PACKAGE
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, copy, ignore=ignored)
    for folder in siblings:
        shutil.copytree(folder, copy / BUNDLE, ignore=ignored, dirs_exist_ok=True)
    bundled = sorted(path.name for path in (copy / BUNDLE).iterdir())
    (copy / BUNDLE / "__init__.py").write_text(BUNDLE_DOCSTRING, encoding="utf-8")
    for module in copy.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        redirected = redirect_imports(source, bundled, str(module.relative_to(staging)))
        module.write_text(redirected, encoding="utf-8")
    return copy


def redirect_imports(source: str, bundled: list[str], shown_as: str) -> str:
    """Redirect the imports from the packages *bundled* to the copies; keep the line numbers."""
    names = "|".join(bundled)
    redirected = re.sub(
        rf"^([ \t]*from )(?=(?:{names})[. ])", rf"\1{PACKAGE}.{BUNDLE}.", source, flags=re.MULTILINE
    )
    for node in ast.walk(ast.parse(redirected)):
        match node:
            case ast.Import(names=aliases):
                modules = [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case _:
                continue
        if any(module.partition(".")[0] in bundled for module in modules):
            message = (
                f"{shown_as}, line {node.lineno}: cannot redirect the import to the bundled copy:"
                " expected a line that starts with `from PACKAGE import`"
            )
            raise ValueError(message)
    return redirected
