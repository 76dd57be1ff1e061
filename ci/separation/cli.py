"""Command line of the scan: options, output and exit codes."""

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from arguments import Parser

from separation import certificate, outputs, text_report
from separation.checks import CHECKS
from separation.scan import Scan
from separation.text_report import MAX_LINES, printable

CLEAN: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2
DESCRIPTION: Final = (
    "Refuse artefacts that contain any part of the dev-only token issuer. Scans directories,"
    " wheels, sdists, zip, tar, cpio, gz, bz2, xz, zst and br archives, nested archives, archives"
    " behind scripts and programs, AppImages, PyInstaller programs, Debian and RPM packages,"
    " container images (docker save and OCI layouts; every layer, including deleted files), locks,"
    " requirements, SBOMs, Compose and Kubernetes files, and env files."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: The arguments; by default those of this process.

    Raises:
        SystemExit: the arguments are wrong or request the help.
    """
    options = parse_arguments(argv)
    if options.verify:
        return verify(options.verify)
    scan = Scan(skipped=options.outputs.values())
    for path in options.paths:
        if not path.exists() and not path.is_symlink():
            scan.unreadable[str(path)] = "does not exist"
        scan.scan_tree(path)
    if not scan.files:  # a wrong path must not be reported as clean
        scan.unreadable.setdefault(str(options.paths[0]), "contains no file to scan")
    failures = list(outputs.write(options.outputs, scan))
    for problem in (*(f"{path}: {why}" for path, why in scan.unreadable.items()), *failures):
        print(f"check-separation: {printable(problem)}", file=sys.stderr)
    if options.json:
        print(json.dumps(certificate.build_document(scan), indent=2))
    else:
        print(text_report.render(scan, is_complete=options.all), end="")
    return FOUND if scan.findings else UNUSABLE if scan.unreadable or failures else CLEAN


def verify(path: Path) -> int:
    """Verify a certificate, and print each difference and each finding."""
    try:
        faults = certificate.verify(path)
    except certificate.CertificateError as error:
        print(f"check-separation: {path}: {error}", file=sys.stderr)
        return UNUSABLE
    for fault in faults:
        print(printable(fault))
    print(f"check-separation: {path}: {'is not valid' if faults else 'is valid'}")
    return FOUND if faults else CLEAN


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the arguments, or exit with a message if they are wrong."""
    checks = "\n".join(f"  {name:<13}{check.description}" for name, check in CHECKS.items())
    parser = Parser(
        prog="check-separation",
        description=textwrap.fill(DESCRIPTION, width=78),
        epilog=f"checks:\n{checks}\n\nexit codes:\n  0  clean\n  1  there are findings, or"
        " the certificate is not valid\n  2  wrong usage, or a file that cannot be read\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths", metavar="PATH", type=Path, nargs="*", help="a file or directory that is shipped"
    )
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument(
        "--all",
        action="store_true",
        help=f"list every finding; by default a summary of at most {MAX_LINES} lines",
    )
    formats.add_argument("--json", action="store_true", help="print the report as JSON")
    for name, output in outputs.OUTPUTS.items():
        parser.add_argument(f"--{name}", metavar="FILE", type=Path, help=output.help)
    parser.add_argument(
        "--verify",
        metavar="CERT",
        type=Path,
        help="compare the artefacts with a certificate or statement, and scan them again; cosign"
        " verifies the signature of a statement",
    )
    options = parser.parse_args(argv)
    found = {name: getattr(options, name.replace("-", "_")) for name in outputs.OUTPUTS}
    options.outputs = {name: path for name, path in found.items() if path}
    if bool(options.paths) == bool(options.verify):
        parser.error("expected one PATH or more, or --verify CERT alone")
    if options.verify and (options.json or options.all or options.outputs):
        parser.error("--verify takes no other option")
    if conflict := outputs.find_conflict(options.outputs, options.paths):
        parser.error(conflict)
    return options
