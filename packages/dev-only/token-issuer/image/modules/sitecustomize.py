# DEV-ONLY: never ship to production.
"""Lets packages inside the zip archive have extension modules (Python imports this at start).

zipimport cannot load shared objects, so they lie in one folder under their full names.
"""

import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Final

FOLDER: Final = Path(
    sys.prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "lib-dynload"
)


class ExtensionFinder:
    """Finds `package.module` as the file `package.module.so`."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Return the spec of an extension module of this folder; None for all other modules."""
        file = FOLDER / f"{name}.so"
        if not file.exists():
            return None
        return spec_from_file_location(name, file, loader=ExtensionFileLoader(name, str(file)))


sys.meta_path.append(ExtensionFinder)
