# DEV-ONLY: never ship to production.
"""Opening a page in the browser of this machine, while the command goes on."""

import sys
import threading


def open_page(url: str) -> None:
    """Open *url* in a browser; say so on standard error if that is not possible.

    A thread waits for the browser, since those of a terminal run until they are closed.
    """
    threading.Thread(target=_open, args=(url,), daemon=True).start()


def _open(url: str) -> None:
    try:
        import webbrowser  # noqa: PLC0415  # the Python of the image lacks it
    except ImportError:
        _report(f"this Python has no module webbrowser; open {url} yourself")
        return
    if not webbrowser.open(url):
        _report(f"found no browser on this machine; open {url} yourself")


def _report(problem: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"token-issuer: --open: {problem}\n")
