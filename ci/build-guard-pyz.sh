#!/usr/bin/env bash
# Build dist/proxy-guard.pyz: the guard as one file, for images that have Python 3.11+ but no pip.
# The build is reproducible: the same sources and the same Python give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  python=$(ci/uv python find --no-project '>=3.11')

mkdir -p dist
"$python" -I - packages/proxy-guard/src dist/proxy-guard.pyz <<'PYTHON'
# Like `python3 -m zipapp --compress`, whose order, times and modes depend on the file system.
import sys
import zipfile
from pathlib import Path

source, target = map(Path, sys.argv[1:])
main = "import sys\n\nfrom proxy_guard.cli import main\n\nsys.exit(main())\n"
files = {"__main__.py": main.encode()} | {
    path.relative_to(source).as_posix(): path.read_bytes()
    for path in sorted(source.glob("proxy_guard/**/*"))
    if path.is_file() and path.suffix in {".py", ".json"}
}
draft = target.with_suffix(".draft")
with draft.open("wb") as stream:
    stream.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3  # Unix
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
draft.chmod(0o755)
draft.replace(target)
PYTHON
"$python" -I -S dist/proxy-guard.pyz --help >/dev/null
sha256sum dist/proxy-guard.pyz
