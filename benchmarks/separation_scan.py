"""Duration and peak memory of ci/check-separation for an image of 200 MB.

The image has the format of `docker save`. Its layers contain copies of the standard library
and of the installed packages, alternately, until the image has this size. The baseline is
`sha256sum` of the same file, because it reads each byte once.
"""

import itertools
import resource
import statistics
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SIZE_BYTES: Final = 200 * 1000 * 1000
ROUNDS: Final = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.tar"
        make_image(image)
        yardstick = statistics.median(measure("sha256sum", str(image)) for _ in range(ROUNDS))
        scan = statistics.median(
            measure(sys.executable, str(ROOT / "ci/check-separation"), str(image))
            for _ in range(ROUNDS)
        )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"image {image.stat().st_size / 1e6:.0f} MB, median of {ROUNDS}")
        print(f"sha256sum        {yardstick:6.2f} s")
        print(f"check-separation {scan:6.2f} s   ratio {scan / yardstick:.1f}   goal below 20 s")
        print(f"peak memory      {peak:6d} MB  goal below 300 MB")


def make_image(image: Path) -> None:
    """Write layers into *image* until it has the size."""
    layer = image.with_name("layer.tar")
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")]
    with tarfile.open(image, "w") as outer:
        for number, folder in enumerate(itertools.cycle(folders)):
            with tarfile.open(layer, "w") as inner:
                for path in sorted(Path(folder).rglob("*")):
                    if outer.offset + inner.offset < SIZE_BYTES and not path.is_dir():
                        inner.add(path, f"usr/lib/{number}/{path.relative_to(folder)}")
            outer.add(layer, f"layer-{number}/layer.tar")
            if outer.offset >= SIZE_BYTES:
                return


def measure(*command: str) -> float:
    """Run *command* and return its duration in seconds."""
    start = time.perf_counter()
    outcome = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if outcome.returncode not in {0, 1}:  # 1: Python's own tests include a damaged archive
        sys.exit(f"{command[0]} failed with exit code {outcome.returncode}")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
