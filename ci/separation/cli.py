"""Command line of the scan: options, output and exit codes."""

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from arguments import Parser

from separation import certificate
from separation.checks import CHECKS
from separation.scan import Scan

CLEAN: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2
REMEDY: Final = "remove them from the build and scan again; ci/separation/README.md has the checks"
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
    scan = Scan(skipped=options.certificate)
    for path in options.paths:
        if not path.exists() and not path.is_symlink():
            scan.unreadable[str(path)] = "does not exist"
        scan.scan_tree(path)
    if not scan.files:  # a wrong path must not be reported as clean
        scan.unreadable.setdefault(str(options.paths[0]), "contains no file to scan")
    if options.certificate and not scan.unreadable:
        certificate.write(options.certificate, scan)
    report(scan, as_json=options.json)
    return FOUND if scan.findings else UNUSABLE if scan.unreadable else CLEAN


def report(scan: Scan, *, as_json: bool) -> None:
    """Print the findings on standard output, and unreadable files on standard error."""
    for path, reason in scan.unreadable.items():
        print(f"check-separation: {printable(path)}: {reason}", file=sys.stderr)
    if as_json:
        print(json.dumps(certificate.build_document(scan), indent=2))
        return
    for finding in sorted(scan.findings):
        print(printable(str(finding)))
    verdict = "no verdict" if scan.unreadable else "nothing of the simulator"
    if scan.findings:
        verdict = count(len(scan.findings), "finding")
    print(f"check-separation: {verdict} in {count(len(scan.files), 'file')}")
    if scan.findings:
        print(f"check-separation: {REMEDY}")


def count(number: int, noun: str) -> str:
    """Return *number* and *noun*, in the plural unless *number* is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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


def printable(text: str) -> str:
    """Replace the characters in *text* that could control a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


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
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--certificate", metavar="FILE", type=Path, help="write a separation certificate"
    )
    parser.add_argument(
        "--verify",
        metavar="CERT",
        type=Path,
        help="compare the artefacts with a certificate, and scan them again",
    )
    options = parser.parse_args(argv)
    if bool(options.paths) == bool(options.verify):
        parser.error("expected one PATH or more, or --verify CERT alone")
    if options.verify and (options.json or options.certificate):
        parser.error("--verify takes no other option")
    return options
