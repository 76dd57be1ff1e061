# DEV-ONLY: never ship to production.
"""The pages of a login are complete, and no text becomes markup."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from token_issuer.oauth.choosers import Chooser, DefectChooser, DeviceDecision
from token_issuer.oauth.responses import AuthorizationResponse
from token_issuer.oauth.users import User, Users
from token_issuer.tokens.defects.catalogue import LOGIN_DEFECTS, select_for_logins
from token_issuer.web.pages.accounts import MAX_UNSCROLLED_USERS
from token_issuer.web.pages.pages import (
    render_chooser,
    render_defects,
    render_device_result,
    render_error,
    render_form_post,
    render_signed_out,
    render_user_code_form,
)
from token_issuer.web.response import RawResponse

pytestmark = pytest.mark.requirement("LG-1")

VOID: Final = {"input", "meta"}
HOSTILE: Final = [
    "<script>alert(1)</script>",
    "</style></title></option><img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)' autofocus \"",
    "<!-- -->]]>",
    "&lt;b&gt;&amp;&quot;",
    "\x01\x1b[2J\x7f\x85\r\t\n",
    "javascript:alert(1)",
    "{style}{0}%s$x",
    "\u202eevil\u2066",
    "\u05d0\u05d1",
    "x" * 4000,
]
USERS: Final = tuple(Users({"alice": {}, "bob": {"email": "robert@corp.test"}, "carol": {}}))


class Page(HTMLParser):
    """A parsed page; its elements must be balanced."""

    def __init__(self, response: RawResponse) -> None:
        super().__init__()
        self.source = response.body.decode()
        self.skeleton: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.forms: list[tuple[dict[str, str], list[dict[str, str]]]] = []
        self.buttons: dict[str, dict[str, str]] = {}
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(self.source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        assert len(attributes) == len(attrs)
        self.skeleton.append((tag, tuple(attributes)))
        self.attributes.append((tag, attributes))
        if tag == "form":
            self.forms.append((attributes, []))
        if tag == "input":
            self.forms[-1][1].append(attributes)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(f"{text} " for text in self.texts).split())

    def find(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.attributes if name == tag]


def build_chooser(**fields: Any) -> Chooser:
    defaults = {
        "interaction": "sealed", "client_id": "app", "scope": ("openid", "email"), "users": USERS,
        "redirect_uri": "http://localhost:3000/callback",
    }  # fmt: skip
    return Chooser(**{**defaults, **fields})


def show_chooser(**fields: Any) -> Page:
    return Page(render_chooser(build_chooser(**fields), action="/login"))


def show_form_post(uri: str = "http://localhost:3000/cb", **parameters: str) -> Page:
    return Page(
        render_form_post(
            AuthorizationResponse(redirect_uri=uri, mode="form_post", parameters=parameters)
        )
    )


def read_fields(response: RawResponse) -> Mapping[str, str]:
    fields = {name.decode(): value.decode() for name, value in response.fields}
    assert len(fields) == len(response.fields)
    return fields


def hash_source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


FORM_POST: Final = render_form_post(
    AuthorizationResponse(
        redirect_uri="http://localhost:3000/cb", mode="form_post", parameters={"code": "c"}
    )
)
DEFECTS: Final = DefectChooser(interaction="sealed", defects=tuple(select_for_logins().values()))
PAGES: Final[Mapping[str, RawResponse]] = {
    "defects": render_defects(DEFECTS, action="/login"),
    "chosen defect": render_chooser(
        build_chooser(can_have_defect=True, defect=LOGIN_DEFECTS["nonce-wrong"]), action="/login"
    ),
    "chooser": render_chooser(build_chooser(), action="/login"),
    "device chooser": render_chooser(
        build_chooser(redirect_uri=None, user_code="BCDF-GHJK"), action="/login"
    ),
    "rejected name": render_chooser(
        build_chooser(problem="user: expected a name"), action="/login"
    ),
    "form_post": FORM_POST,
    "user code": render_user_code_form(action="/device"),
    "rejected code": render_user_code_form(
        action="/device", user_code="BCDF", problem="user_code: no device waits with this code"
    ),
    "approved": render_device_result(DeviceDecision(is_approved=True)),
    "denied": render_device_result(DeviceDecision(is_approved=False)),
    "signed out": render_signed_out(),
    "error": render_error("client_id: no client is named 'x'"),
    "expired": render_error("the login page has expired; log in again"),
}


@pytest.fixture(params=PAGES)
def response(request: pytest.FixtureRequest) -> RawResponse:
    return PAGES[request.param]


def test_header_fields_are_strict(response: RawResponse) -> None:
    fields = dict(read_fields(response))
    style = re.findall(r"<style>(.*?)</style>", response.body.decode(), re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", response.body.decode(), re.DOTALL)
    assert len(style) == 1
    assert len(scripts) == (response is FORM_POST)
    script = f"; script-src {hash_source(scripts[0])}" if scripts else ""
    assert int(fields.pop("content-length")) == len(response.body)
    assert fields == {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": f"default-src 'none'; style-src {hash_source(style[0])}{script};"
        " base-uri 'none'; frame-ancestors 'none'",
        "referrer-policy": "origin" if response is FORM_POST else "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }


def test_statuses() -> None:
    bad = {"rejected name", "rejected code", "error", "expired"}
    assert {name for name, response in PAGES.items() if response.status == 400} == bad
    assert {response.status for response in PAGES.values()} == {200, 400}
    assert render_error("HEAD: send GET", status=405).status == 405


def test_page_has_metadata_the_banner_and_no_external_resource(response: RawResponse) -> None:
    page = Page(response)
    assert page.source.startswith("<!doctype html>\n<html lang=")
    assert page.find("html") == [{"lang": "en"}]
    assert len(page.find("title")) == len(page.find("h1")) == len(page.find("main")) == 1
    assert "DEV ONLY" in page.source.partition("<title>")[2].partition("</title>")[0]
    assert "DEV ONLY: token-issuer This is not a real login." in page.text
    for tag, attributes in page.attributes:
        assert tag not in {"link", "img", "iframe", "object", "base", "svg", "a"}
        assert not {"src", "href", "style", "background"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import", page.source)
    ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {label["for"] for label in page.find("label")} <= set(ids)


def test_each_button_posts_one_user() -> None:
    page = show_chooser()
    (users, hidden), (other, fields) = page.forms
    assert users == {"method": "post", "action": "/login", "id": "decision"}
    assert hidden == [{"type": "hidden", "name": "interaction", "value": "sealed"}]
    assert other == {"method": "post", "action": "/login"}
    assert fields[0] == hidden[0]
    assert fields[1].items() >= {"name": "user", "autocomplete": "username", "value": ""}.items()
    buttons = [
        (button.get("form"), button["name"], button["value"])
        for button in page.find("button")
        if "name" in button
    ]
    assert buttons == [
        (None, "user", "alice"),
        (None, "user", "bob"),
        (None, "user", "carol"),
        ("decision", "deny", "true"),
    ]
    assert "open" not in page.find("details")[0]


def test_chooser_says_who_asks_for_what() -> None:
    text = show_chooser(scope=("openid", "phone", "groups")).text
    assert "to continue to app Your browser then goes back to localhost:3000" in text
    assert "Know who you are openid Read your phone number phone Use the scope groups" in text
    assert "Alice alice@example.com B Bob robert@corp.test bob C Carol" in text
    assert "The application asks to" not in show_chooser(scope=()).text


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://app.test/cb", "app.test"),
        ("http://[::1]:3000/cb", "[::1]:3000"),
        ("http://app", "app"),
        ("https://good.test@evil.test?x", "evil.test"),
        ("https://good.test:x@evil.test#@good.test", "evil.test"),
        ("com.example.app:/callback", "com.example.app:"),
        ("myapp://callback", "callback"),
    ],
)
def test_chooser_shows_the_host_of_the_redirect_uri(uri: str, host: str) -> None:
    assert f"goes back to {host} " in show_chooser(redirect_uri=uri).text


def test_chooser_of_a_device_shows_the_code_to_compare() -> None:
    text = show_chooser(redirect_uri=None, user_code="BCDF-GHJK").text
    assert "your device shows this code, and you started the login: BCDF-GHJK" in text
    assert "goes back" not in text


@pytest.mark.parametrize("hint", ["bob", "robert@corp.test", "Robert@CORP.test"])
def test_expected_user_comes_first(hint: str) -> None:
    page = show_chooser(login_hint=hint)
    assert [button.get("value") for button in page.find("button")][:3] == ["bob", "alice", "carol"]
    assert page.text.count("Expected by the application") == 1
    assert "open" not in page.find("details")[0]
    assert page.forms[1][1][1]["value"] == ""


def test_unknown_expected_user_is_in_the_text_field() -> None:
    page = show_chooser(login_hint="zoe@corp.test")
    assert "open" in page.find("details")[0]
    assert page.forms[1][1][1]["value"] == "zoe@corp.test"
    assert "Expected" not in page.text


def test_problem_is_beside_its_field() -> None:
    chooser = show_chooser(problem="user: expected a name")
    assert "open" in chooser.find("details")[0]
    assert "Use another account Expected a name Name or email address" in chooser.text
    form = Page(PAGES["rejected code"])
    assert "No device waits with this code Code on the device" in form.text
    for page, field in ((chooser, chooser.forms[1][1][1]), (form, form.forms[0][1][0])):
        (alert,) = [a for _, a in page.attributes if a.get("role") == "alert"]
        assert field["aria-describedby"] == alert["id"]
        assert field["aria-invalid"] == "true"
        assert "autofocus" in field


def test_user_code_form_begins_with_the_code() -> None:
    page = Page(render_user_code_form(action="/staff/device", user_code='"BCDF'))
    ((form, (field,)),) = page.forms
    assert form == {"method": "post", "action": "/staff/device"}
    assert (field["name"], field["value"]) == ("user_code", '"BCDF')


def test_long_list_scrolls_and_completes_names() -> None:
    users = tuple(User(f"user{number}", str(number), {}) for number in range(1000))
    page = show_chooser(users=users)
    assert page.text.count("user") >= 1000
    assert "1000 accounts" in page.text
    assert page.find("ul")[0]["class"] == "users many"
    assert [option["value"] for option in page.find("option")] == [user.name for user in users]
    assert page.forms[1][1][1]["list"] == page.find("datalist")[0]["id"]
    assert "open" in page.find("details")[0]
    assert not show_chooser(users=users[:MAX_UNSCROLLED_USERS]).find("datalist")


def test_chooser_without_users_asks_for_a_name() -> None:
    page = show_chooser(users=())
    assert "open" in page.find("details")[0]
    assert not [ul for ul in page.find("ul") if "users" in ul["class"]]


def test_user_without_name_and_email_is_shown_by_name() -> None:
    assert (
        "D dave +"
        in show_chooser(users=(User("dave", "1", {}),))
        .text.replace("Use another account", "")
        .partition("localhost:3000 ")[2]
    )


@pytest.mark.parametrize("value", ["<\"'>&amp;", "a\xa0b\u202e\u200d", "\U0001f600", "", " x "])
def test_form_post_sends_the_parameters_unchanged(value: str) -> None:
    uri = "http://localhost:3000/cb?a=1&amp=2&lt"
    ((form, fields),) = show_form_post(uri, code="c-1", state=value).forms
    assert form == {"method": "post", "action": uri}
    assert fields == [
        {"type": "hidden", "name": "code", "value": "c-1"},
        {"type": "hidden", "name": "state", "value": value},
    ]


def test_form_post_keeps_line_breaks_in_the_markup() -> None:
    assert 'value="a&#13;&#10;b"' in show_form_post(state="a\r\nb").source


def test_error_names_the_parameter_and_the_setting() -> None:
    page = Page(render_error("redirect_uri: the client 'app' may not use '<b>'; expected one"))
    assert (
        "redirect_uri : The client 'app' may not use '<b>'; expected one For the dev" in page.text
    )
    assert "TOKEN_ISSUER_PROFILES" in page.text
    assert {"role": "alert", "class": "problem"} in page.find("p")
    unknown = Page(render_error("state: expected at most 2048 bytes"))
    assert "For the developer" in unknown.text
    assert "TOKEN_ISSUER_PROFILES" not in unknown.text


@pytest.mark.parametrize(
    "message", ["the login page has expired; log in again", "user_code: no device waits"]
)
def test_error_of_a_person_has_no_advice_for_developers(message: str) -> None:
    page = Page(render_error(message))
    sentence = message.removeprefix("user_code: ")
    assert sentence[0].upper() + sentence[1:] in page.text
    assert "developer" not in page.text


def fill_chooser(text: str) -> RawResponse:
    user = User(text, text, {"name": text, "email": f"{text}@x"})
    others = tuple(User(str(number), str(number), {}) for number in range(10))
    chooser = build_chooser(
        interaction=text, client_id=text, scope=(text,), users=(user, *others),
        redirect_uri=f"http://{text}", user_code=text, login_hint=f"?{text}",
        problem=text,
    )  # fmt: skip
    return render_chooser(chooser, action=text)


FILLED: Final[Mapping[str, Callable[[str], RawResponse]]] = {
    "chooser": fill_chooser,
    "form_post": lambda text: render_form_post(
        AuthorizationResponse(redirect_uri=text, mode="form_post", parameters={text: text})
    ),
    "user code": lambda text: render_user_code_form(action=text, user_code=text, problem=text),
    "error": render_error,
    "error of a parameter": lambda text: render_error(f"client_id: {text}"),
}


@pytest.mark.parametrize("fill", FILLED)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(fill: str, text: str) -> None:
    page = Page(FILLED[fill](text))
    assert page.skeleton == Page(FILLED[fill]("harmless")).skeleton
    assert all(part.replace("\n", "").isprintable() for part in page.texts)


def test_hostile_text_is_shown_unchanged() -> None:
    text = "<script>alert('a & b')</script>"
    page = show_chooser(client_id=text, scope=(text,), users=(User("eve", "1", {"name": text}),))
    assert page.text.count(text) == 3
    assert f"client '{text}'" in Page(render_error(f"client_id: no client '{text}'")).text


def test_claims_of_any_type_are_shown() -> None:
    users = (User("a", "1", {"name": 5, "email": ["x"]}), User("b", "2", {"name": None}))
    assert "5 ['x'] a B b" in show_chooser(users=users, login_hint="c").text


@pytest.mark.parametrize("pair", [("card", "ink"), ("card", "soft"), ("card", "accent"),
    ("hover", "ink"), ("hover", "soft"), ("hover", "accent"), ("bad-ground", "bad"),
    ("accent", "on-accent")])  # fmt: skip
def test_text_contrasts_with_its_background(pair: tuple[str, str]) -> None:
    for scheme in read_schemes():
        assert measure_contrast(scheme[pair[0]], scheme[pair[1]]) >= 4.5


def test_borders_of_controls_and_avatars_contrast_with_their_surroundings() -> None:
    for scheme in read_schemes():
        for colour in ("edge", "accent", "bad"):
            assert measure_contrast(scheme["card"], scheme[colour]) >= 3
    source = PAGES["signed out"].body.decode()
    tones = re.findall(r"background: (#[0-9a-f]{6}); }", source)
    assert len(tones) == 6
    assert all(measure_contrast("#ffffff", tone) >= 4.5 for tone in tones)
    assert measure_contrast("#ffc53d", "#1c1400") >= 7


def read_schemes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", PAGES["signed out"].body.decode(), re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    assert set(light) == set(dark)
    return [light, dark]


def measure_contrast(first: str, second: str) -> float:
    darker, lighter = sorted((measure_luminance(first), measure_luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def measure_luminance(colour: str) -> float:
    """Measure the relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_each_class_and_property_of_the_style_sheet_is_used() -> None:
    many = render_chooser(build_chooser(users=USERS * 3, login_hint="bob"), action="/login")
    pages = [Page(response) for response in (*PAGES.values(), many)]
    used = {
        name
        for page in pages
        for _, attributes in page.attributes
        for name in attributes.get("class", "").split()
    }
    style = pages[0].source.partition("<style>")[2].partition("</style>")[0]
    styled = set(re.findall(r"\.([a-z]+(?:-[a-z0-9]+)*)", style))
    tones = {f"tone-{number}" for number in range(6)}
    assert styled - tones == used - tones
    assert set(re.findall(r"(--[a-z-]+):", style)) == set(re.findall(r"var\((--[a-z-]+)\)", style))


def test_defect_is_offered_only_if_there_is_a_choice() -> None:
    offered = show_chooser(can_have_defect=True)
    fields = offered.forms[-1][1]

    assert [(field["name"], field["value"]) for field in fields] == [("interaction", "sealed")]
    assert "Log in with a defect" in offered.text
    assert "Log in with a defect" not in show_chooser().text


def test_chosen_defect_is_named_and_sent_with_each_decision() -> None:
    chosen = show_chooser(can_have_defect=True, defect=LOGIN_DEFECTS["nonce-wrong"])

    assert "This is a login whose ID token has another" in chosen.text
    assert "Log in with a defect" not in chosen.text
    for _, fields in chosen.forms:
        sent = {field["name"]: field["value"] for field in fields if field.get("type")}
        assert sent == {"interaction": "sealed", "defect": "nonce-wrong"}


def test_list_names_each_defect_once_in_its_group() -> None:
    page = Page(PAGES["defects"])
    ids = [option["value"] for option in page.find("option")]

    assert ids == list(select_for_logins())
    groups = [group["label"] for group in page.find("optgroup")]
    assert groups == list(dict.fromkeys(each.group for each in DEFECTS.defects))
    assert page.find("select") == [{"id": "defect", "name": "defect"}]
