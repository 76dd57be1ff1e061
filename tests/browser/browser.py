"""Chromium without a window, driven by `driver.mjs` with playwright-core and axe-core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.chromium import Driver
from tests.machine import find_command, run

NODE_PROJECT: Final = Path(__file__).parent
CLIPBOARD: Final = ("clipboard-read", "clipboard-write")


def install() -> None:
    """Install the driver.

    Raises:
        MissingError: The machine lacks npm, or the installation fails.
    """
    npm = find_command("npm", "run ci/console.sh, which installs Node")
    run(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=NODE_PROJECT)


class Browser(Driver):
    """A running Chromium with one page at a time."""

    def __init__(self) -> None:
        super().__init__(NODE_PROJECT / "driver.mjs")

    def reset(
        self,
        *,
        width: int = 1280,
        height: int = 740,
        scheme: str = "light",
        has_scripts: bool = True,
        permissions: Sequence[str] = (),
    ) -> None:
        """Open an empty page without cookies. It accepts any certificate.

        Args:
            width: The width of the window, in CSS pixels.
            height: Its height.
            scheme: The preferred colours, `light` or `dark`.
            has_scripts: Whether pages may run scripts.
            permissions: What pages may use without asking, such as `CLIPBOARD`.
        """
        self.act(
            "open",
            {
                "viewport": {"width": width, "height": height},
                "colorScheme": scheme,
                "javaScriptEnabled": has_scripts,
                "permissions": permissions,
                "ignoreHTTPSErrors": True,
            },
        )

    def hold_forms(self) -> None:
        """Let no script of the next pages submit a form."""
        self.act("holdForms")

    def goto(self, url: str) -> None:
        self.act("call", "goto", url)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.act("call", "keyboard.press", key)

    def type(self, text: str) -> None:
        self.act("call", "keyboard.type", text)

    def type_into_focused(self, name: str, text: str) -> None:
        """Type text into the field *name*, which gets the focus when the page has loaded."""
        self.wait_until(f"document.activeElement.name === '{name}'")
        self.type(text)

    def leave_by_key(self, key: str) -> None:
        """Press a key that leads to another page, and wait for that."""
        self.act("leave", "keyboard.press", key)

    def leave_by_click(self, selector: str) -> None:
        """Click something that leads to another page, and wait for that."""
        self.act("leave", "click", selector)

    def click(self, selector: str) -> None:
        self.act("call", "click", selector)

    def fill(self, selector: str, text: str) -> None:
        """Replace the text of a field."""
        self.act("call", "fill", selector, text)

    def select(self, selector: str, value: str) -> None:
        """Choose an option of a `<select>` by its value or its text."""
        self.act("call", "selectOption", selector, value)

    def wait_for(self, selector: str) -> None:
        """Wait until an element is visible."""
        self.act("call", "waitForSelector", selector)

    def wait_until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        self.act("waitUntil", condition)

    def read(self, selector: str) -> str:
        """Return the visible text of an element, for which this waits."""
        return str(self.act("call", "innerText", selector))

    def save_picture(self, path: Path) -> None:
        """Save the visible part of the page as a PNG file."""
        self.act("call", "screenshot", {"path": str(path), "animations": "disabled"})

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression; a page without scripts has it, too."""
        return self.act("call", "evaluate", expression)

    def wait_for_url(self, url: str) -> None:
        """Wait for a page to which a script leads."""
        self.act("call", "waitForURL", url)

    def keeps_opener(self, url: str) -> bool:
        """Tell whether *url*, in a window that this page opens, knows its opener."""
        return bool(self.act("keepsOpener", url))

    @property
    def frame_urls(self) -> list[str]:
        """The URLs of the page and of the pages in its frames."""
        return [str(url) for url in self.act("frameUrls")]

    @property
    def url(self) -> str:
        return str(self.act("call", "url"))

    @property
    def text(self) -> str:
        """The visible text of the page."""
        return str(self.act("call", "innerText", "body"))

    @property
    def focus(self) -> str:
        """The text or the name of the focused element."""
        return str(
            self.evaluate(
                "document.activeElement.innerText.split('\\n').filter((line) => line.length > 1)[0]"
                " ?? document.activeElement.name"
            )
        )

    @property
    def requests(self) -> list[str]:
        """The URL of each request since the last reset."""
        return [str(url) for url in self.act("requests")]

    @property
    def failures(self) -> list[str]:
        """Each request since the last reset that failed, such as `404 GET URL`."""
        return [str(failure) for failure in self.act("failures")]

    @property
    def problems(self) -> list[str]:
        """The errors and warnings of scripts and of the browser itself since the last reset.

        The latter include the violations of a Content Security Policy.
        """
        return [str(problem) for problem in self.act("problems")]

    @property
    def clipboard(self) -> str:
        """The text in the clipboard; the page needs the permissions `CLIPBOARD`."""
        return str(self.evaluate("navigator.clipboard.readText()"))

    def find_problems(self, *ignored: str) -> list[str]:
        """Return the rules of axe that the page breaks, or might break; it needs scripts.

        Args:
            ignored: Rules that do not matter.
        """
        return [str(problem) for problem in self.act("findProblems", ignored)]
