# DEV-ONLY: never ship to production.
import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final

import pytest
from token_issuer.markup import mark_code
from token_issuer.probe.report.page import render_html
from token_issuer.probe.report.stylesheet import STYLESHEET
from token_issuer.probe.results import Result

pytestmark = pytest.mark.requirement("BV-3")

VOID: Final = {"input", "meta"}
HOSTILE: Final = [
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)' \"",
    "<!-- -->]]><![CDATA[",
    "&lt;b&gt;&amp;",
    "\x00\x1b[2J\x7f\x85\r\t",
    "\ud800\udfff\ufffe",
    "javascript:alert(1)",
    "{style}{title}%s$x",
    "\u202eevil",
    "x" * 10_000,
    "",
]


class Page(HTMLParser):
    """A parsed page; its elements must be balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.skeleton: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names)
        self.skeleton.append((tag, tuple(names)))
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(tag)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def find(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.attributes if name == tag]


@pytest.fixture(params=["bad", "clean", "stopped"])
def page(request: pytest.FixtureRequest) -> Page:
    result: Result = request.getfixturevalue(request.param)
    return Page(render_html(result))


def test_page_has_no_scripts_and_no_external_resources(page: Page) -> None:
    allowed = (
        r"#finding-\d+|https://www\.rfc-editor\.org/rfc/rfc\d+(#section-[\d.]+)?"
        r"|https://www\.cve\.org/CVERecord\?id=CVE-\d+-\d+"
    )
    for tag, attributes in page.attributes:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "form", "svg"}
        assert not {"src", "srcset", "style", "action", "background"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert re.fullmatch(allowed, attributes.get("href", "#finding-1"))
    assert not re.search(r"url\(|@import|expression", STYLESHEET)


def test_policy_allows_only_the_style_sheet(bad: Result) -> None:
    text = render_html(bad)
    (policy,) = [
        meta["content"]
        for meta in Page(text).find("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_page_has_metadata_for_browsers_and_screen_readers(page: Page) -> None:
    assert page.find("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in page.find("meta")
    assert len(page.find("title")) == len(page.find("h1")) == len(page.find("main")) == 1
    levels = [int(tag[1]) for tag, _ in page.attributes if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(lower - higher <= 1 for higher, lower in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
    assert len(set(ids)) == len(ids)
    targets = [link["href"][1:] for link in page.find("a") if link["href"].startswith("#")]
    targets += [region["aria-labelledby"] for region in page.find("div") if "role" in region]
    assert set(targets) <= set(ids)


def test_tables_have_captions_and_headings(page: Page) -> None:
    tags = [tag for tag, _ in page.attributes]
    assert [after for tag, after in pairwise(tags) if tag == "table"] == ["caption"] * tags.count(
        "table"
    )
    assert all(heading["scope"] in {"col", "row"} for heading in page.find("th"))
    assert len([heading for heading in page.find("th") if heading["scope"] == "row"]) == (
        tags.count("tr") - tags.count("table")
    )


def test_open_is_explained_where_it_first_appears(bad: Result, clean: Result) -> None:
    before = Page(render_html(bad)).text.partition("open (no verdict: the specifications allow")[0]
    assert before.endswith("2 passed, 6 failed, 1 ")
    assert "open" not in before
    assert "open" not in Page(render_html(clean)).text


def test_verdict_comes_first(bad: Result, clean: Result, stopped: Result) -> None:
    assert "6 findings, the worst is critical" in Page(render_html(bad)).text[:200]
    assert "3 critical 1 high 2 medium 0 low" in Page(render_html(bad)).text[:400]
    assert "Nothing found 2 checks: 2 passed." in Page(render_html(clean)).text[:200]
    assert f"The probe stopped {stopped.stopped}" in Page(render_html(stopped)).text[:300]


def test_page_is_complete(bad: Result) -> None:
    text = Page(render_html(bad)).text
    for finding in bad.findings:
        for part in (finding.check, finding.title, finding.why, finding.remedy):
            assert part in text
        assert f"How to reproduce it {finding.reproduction}" in text
    for check in bad.checks:
        row = (
            f"{check.title} {check.id} \\S? ?{check.outcome} {check.observed} {check.status or ''}"
        )
        assert re.search(row.strip(), text), check.id


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a token with `alg` none", "a token with <code>alg</code> none"),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("`<script>`", "<code>&lt;script&gt;</code>"),
        ("one ` alone", "one ` alone"),
    ],
)
def test_text_between_backticks_is_code(text: str, markup: str) -> None:
    assert mark_code(text) == markup


def test_milder_finding_of_a_group_shows_its_severity(bad: Result) -> None:
    text = Page(render_html(bad)).text
    assert "high aud: 2 tokens accepted What to change" in text
    assert "It accepts aud-missing. medium aud-missing accepted with 200" in text


def test_failed_check_links_to_its_finding(bad: Result) -> None:
    page = Page(render_html(bad))
    links = [link["href"] for link in page.find("a") if link["href"].startswith("#")]
    # In the order of the checks: aud-missing, alg-none, alg-none-upper, alg-hs256, aud-wrong, keys.
    assert links[3:] == [f"#finding-{number}" for number in (2, 1, 1, 1, 2, 3)]
    assert links[:3] == [f"#finding-{number}" for number in (1, 2, 3)]  # the summary


def test_cells_name_their_columns_and_keep_their_roles_when_they_are_stacked(page: Page) -> None:
    for cell in page.find("td"):
        assert cell["data-name"] in {"Outcome", "Observation", "Status", "Took"}
        assert cell["role"] == "cell"
    assert {row["role"] for row in page.find("tr")} == {"row"}
    assert {table["role"] for table in page.find("table")} == {"table"}
    narrow = STYLESHEET.partition("@media screen and (max-width: 47rem)")[2].partition("@media")[0]
    assert "min-width: 0" in narrow
    assert 'content: attr(data-name) ": "' in narrow
    assert "tbody td { display: block; }" in narrow


def test_sections_of_rfcs_and_entries_of_registries_are_links(
    fill: Callable[[str], Result],
) -> None:
    source = (
        "RFC 8725 §3.1 and §2.1, RFC 7519, RFC 7515 appendix A, CVE-2015-9235, CVE-2022-1234567, "
        "GHSA-ffqj-6fqr-9h24, CWE-755"
    )
    page = Page(render_html(fill(source)))
    links = {link["href"] for link in page.find("a") if link["href"].startswith("http")}
    assert links == {
        "https://www.rfc-editor.org/rfc/rfc8725#section-3.1",
        "https://www.rfc-editor.org/rfc/rfc7519",
        "https://www.rfc-editor.org/rfc/rfc7515",
        "https://www.cve.org/CVERecord?id=CVE-2015-9235",
        "https://www.cve.org/CVERecord?id=CVE-2022-1234567",
        "https://github.com/advisories/GHSA-ffqj-6fqr-9h24",
        "https://cwe.mitre.org/data/definitions/755.html",
    }
    assert source in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(fill: Callable[[str], Result], text: str) -> None:
    html = render_html(fill(text))
    assert Page(html).skeleton == Page(render_html(fill("harmless" if text else ""))).skeleton
    assert html.replace("\n", "").isprintable()


def test_hostile_text_is_shown_unchanged(fill: Callable[[str], Result]) -> None:
    text = "<script>alert('a & b')</script>"
    page = Page(render_html(fill(text)))
    assert page.text.count(text) > 10


def read_colours(block: str) -> Mapping[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def measure_luminance(colour: str) -> float:
    """Measure the relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(first: str, second: str) -> float:
    darker, lighter = sorted((measure_luminance(first), measure_luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def find_schemes() -> Iterator[Mapping[str, str]]:
    for block in re.findall(r":root \{(.*?)\}", STYLESHEET, re.DOTALL):
        yield read_colours(block)


def test_each_ink_contrasts_with_each_ground_in_both_schemes() -> None:
    light, dark = find_schemes()
    assert set(light) == set(dark)
    for scheme in (light, dark):
        inks = {name: colour for name, colour in scheme.items() if name.startswith("ink")}
        grounds = {name: colour for name, colour in scheme.items() if name.startswith("ground")}
        assert len(inks) > 5
        assert len(grounds) > 5
        for ink, colour in inks.items():
            for ground, background in grounds.items():
                assert measure_contrast(colour, background) >= 4.5, (ink, ground)
    assert measure_luminance(light["ground"]) > 0.5 > measure_luminance(dark["ground"])


def test_rules_use_only_inks_for_text_and_grounds_for_backgrounds() -> None:
    rules = STYLESHEET.partition(".critical")[2]
    inks = re.findall(r"[ {]color: ([^;]+);", rules)
    assert inks
    assert {ink for ink in inks if not re.fullmatch(r"var\(--(ink[a-z-]*|tone)\)", ink)} == {
        "inherit"
    }
    for ground in re.findall(r"background(?:-color)?: ([^;]+);", rules):
        assert re.fullmatch(r"var\(--(ground[a-z-]*|tint)\)|none", ground)
    assert re.findall(r"--tone: var\(--(?!ink-)", rules) == []
    assert re.findall(r"--tint: var\(--(?!ground-)", rules) == []


def test_each_class_and_property_of_the_style_sheet_is_used(bad: Result, stopped: Result) -> None:
    used = {
        name
        for result in (bad, stopped)
        for _, attributes in Page(render_html(result)).attributes
        for name in attributes.get("class", "").split()
    }
    styled = set(re.findall(r"\.([a-z]+(?:-[a-z]+)*)", STYLESHEET))
    assert styled - used == {"clean", "low", "of-low"} - used
    defined = set(re.findall(r"(--[a-z-]+):", STYLESHEET))
    assert defined == set(re.findall(r"var\((--[a-z-]+)\)", STYLESHEET))
