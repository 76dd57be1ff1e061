"""The view of the request log: what it lists while requests arrive, and its answer about keys."""

import httpx
import pytest

from tests.browser.browser import CLIPBOARD
from tests.console.page import Console
from tests.services import Service

pytestmark = pytest.mark.requirement("TI-13")

PROXY: dict[str, str] = {"User-Agent": "Python-urllib/3.11"}
NOT_YET = "Not yet: no client requested keys since the log was cleared."
BANNER_READ_TWICE = """performance.getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('/admin/clock')).length >= 2"""
LIST = "document.querySelector('.log').innerText"
ANSWER = "document.querySelector('main section').innerText"


@pytest.fixture
def requests(console: Console) -> Console:
    """Return the console with the view of requests."""
    console.open("requests")
    return console


def wait_for(console: Console, place: str, *texts: str) -> None:
    for text in texts:
        console.browser.wait_until(f"{place}.includes({text!r})")


@pytest.mark.parametrize("width", [1280, 390])
def test_view_answers_whether_the_proxy_fetched_its_keys(
    console: Console, client: httpx.Client, width: int
) -> None:
    console.browser.reset(width=width)
    console.open("requests")
    assert NOT_YET in console.text
    client.get(f"{console.url}/certs", headers=PROXY)
    wait_for(console, ANSWER, "Yes: 1 client fetched keys")
    client.get(f"{console.url}/oauth2/v3/certs", headers=PROXY)
    client.get(f"{console.url}/certs", headers={"User-Agent": "<b>envoy</b>"})
    wait_for(console, ANSWER, "Yes: 2 clients", "(/certs, /oauth2/v3/certs; 2 times)")

    console.check()
    answer = console.browser.read("main section")
    assert "\nPython-urllib/3.11 requested keys " in answer
    assert "\n<b>envoy</b> requested keys " in answer
    assert " ago (/certs" in answer or " now (/certs" in answer
    assert "failed" not in answer
    listed = console.browser.read(".log")
    assert listed.index("<b>envoy</b>") < listed.index("/oauth2/v3/certs") < listed.rindex("/certs")
    assert f"Python-urllib/3.11 to {console.netloc}" in listed


def test_faults_are_named_in_the_log_and_in_the_answer(
    requests: Console, client: httpx.Client
) -> None:
    faults = [{"kind": "status", "status": 503, "requests": 1}]
    client.put(f"{requests.url}/admin/faults", json={"faults": faults})
    client.get(f"{requests.url}/certs", headers=PROXY)
    client.get(f"{requests.url}/certs", headers=PROXY)
    client.get(f"{requests.url}/certs", params={"x": "y"}, headers={"User-Agent": "other"})
    wait_for(requests, ANSWER, "Yes: 2 clients", "1 response failed or met a fault")

    assert "the last: status 503, fault status" in requests.browser.read("main section")
    assert "fault status The response has an error status." in requests.browser.read(".log")
    requests.check()


def test_answer_is_no_if_each_response_was_cut_off(requests: Console, client: httpx.Client) -> None:
    client.put(f"{requests.url}/admin/faults", json={"faults": [{"kind": "reset"}]})
    with pytest.raises(httpx.TransportError):
        client.get(f"{requests.url}/certs", headers=PROXY)
    wait_for(requests, ANSWER, "No: each request for keys failed or met a fault since")

    assert "the last: status 200, fault reset" in requests.browser.read("main section")


def test_other_methods_fetch_no_keys(requests: Console, client: httpx.Client) -> None:
    for method in ("HEAD", "POST", "OPTIONS"):
        client.request(method, f"{requests.url}/certs", headers=PROXY)
    wait_for(requests, LIST, "OPTIONS /certs")

    assert NOT_YET in requests.text


def test_answer_tells_that_earlier_requests_are_no_longer_listed(
    requests: Console, client: httpx.Client
) -> None:
    client.get(f"{requests.url}/certs", headers=PROXY)
    for _ in range(1000):
        client.head(f"{requests.url}/health")
    wait_for(requests, ANSWER, "No: no client requested keys in the latest 1000 requests; earlier")

    assert "100 of 10" in requests.text, "the page itself has requested documents, too"
    assert requests.browser.evaluate("document.querySelectorAll('.log li').length") == 100


def test_invisible_characters_of_a_request_are_shown(
    requests: Console, client: httpx.Client
) -> None:
    client.get(f"{requests.url}/a%1b[31m%E2%80%AEb", headers={b"User-Agent": b"c\x9bd"})
    wait_for(requests, LIST, "GET /a\\u001b[31m\\u202eb", "c\\u009bd to ")


def test_every_key_document_counts_and_no_other_document(
    requests: Console, client: httpx.Client
) -> None:
    document = client.get(f"{requests.url}/openapi.json").json()
    paths = [
        path.replace("{account}", "nobody@project.test")
        for path, item in document["paths"].items()
        if "public keys" in item.get("get", {}).get("summary", "")
    ]
    others = ("/.well-known/openid-configuration", "/defects", "/attacker/jwks.json")
    for path in (*paths, *others):
        client.get(requests.url + path, headers={"User-Agent": f"client of {path}"})
    wait_for(requests, ANSWER, f"client of {paths[-1]} requested keys")

    answer = requests.browser.read("main section")
    assert all(f"client of {path} requested keys" in answer for path in paths)
    missing = answer.count("status 404")
    assert missing == sum("nobody" in path for path in paths), "the account does not exist"
    assert f"Yes: {len(paths) - missing} clients fetched keys" in answer


def test_requests_of_this_browser_are_shown_on_request(
    requests: Console, client: httpx.Client
) -> None:
    browser = requests.browser
    browser.evaluate("fetch('certs').then((response) => response.text())")
    count = client.get(f"{requests.url}/admin/requests").json()["count"]
    wait_for(requests, "document.querySelector('main').innerText", f"0 of {count} requests")
    assert "/certs" not in browser.read(".log")
    browser.click("text=include this browser")
    wait_for(requests, LIST, "/certs", "/openapi.json", "Mozilla/5.0")

    assert NOT_YET in requests.text


def test_filter_selects_by_all_words_without_the_mouse(
    requests: Console, client: httpx.Client
) -> None:
    client.get(f"{requests.url}/certs", headers=PROXY)
    client.post(f"{requests.url}/token", json={"exp": "tomorrow"})
    client.post(f"{requests.url}/token", json={"sub": "alice"})
    wait_for(requests, LIST, "/certs", "200\nPOST /token")
    browser = requests.browser
    browser.evaluate("document.querySelector('main').focus()")
    browser.press("Tab")
    browser.type("TOKEN 400")
    assert "1 of " in requests.text
    client.post(f"{requests.url}/token", json={"exp": "never"})
    browser.wait_until("document.querySelectorAll('.log li').length === 2")

    assert browser.evaluate("document.activeElement.name") == "filter", "new items took the focus"
    assert browser.evaluate("document.activeElement.value") == "TOKEN 400"
    assert "/certs" not in browser.read(".log")


def test_log_can_be_paused_and_cleared_by_keyboard(requests: Console, client: httpx.Client) -> None:
    browser = requests.browser
    client.get(f"{requests.url}/certs", headers=PROXY)
    wait_for(requests, LIST, "/certs")
    browser.evaluate("document.querySelector('[name=pause]').focus()")
    browser.press("Space")
    client.get(f"{requests.url}/health", headers=PROXY)
    browser.evaluate("performance.clearResourceTimings()")
    browser.wait_until(BANNER_READ_TWICE)  # every two seconds; the log would be every second
    assert "/health" not in browser.read(".log")
    browser.press("Space")
    wait_for(requests, LIST, "/health")
    browser.press("Tab", "Enter")
    browser.wait_until("!document.querySelector('.log').hasChildNodes()")

    assert NOT_YET in requests.text
    assert "0 of 0 requests" in requests.text
    assert browser.evaluate("document.activeElement.innerText") == "Clear the log"
    assert client.get(f"{requests.url}/admin/requests").json()["count"] == 0


def test_log_cleared_by_another_client_is_shown_as_cleared(
    requests: Console, client: httpx.Client
) -> None:
    client.get(f"{requests.url}/certs", headers=PROXY)
    client.get(f"{requests.url}/certs", headers=PROXY)
    wait_for(requests, LIST, "/certs")
    client.delete(f"{requests.url}/admin/requests")
    for _ in range(2):  # as many as before
        client.get(f"{requests.url}/health")
    wait_for(requests, LIST, "/health")
    wait_for(requests, ANSWER, NOT_YET)

    assert "/certs" not in requests.browser.read(".log")


def test_times_do_not_follow_the_clock_of_the_issuer(
    requests: Console, client: httpx.Client
) -> None:
    client.put(f"{requests.url}/admin/clock", json={"offset": "8d"})
    requests.browser.wait_until("document.querySelector('header').innerText.includes('8 days')")
    client.get(f"{requests.url}/certs", headers=PROXY)
    wait_for(requests, LIST, "/certs")

    assert "day" not in requests.text


def test_only_the_answer_is_announced(requests: Console) -> None:
    live = "main [aria-live], main [role=status], main [role=alert], main [role=log]"
    places = requests.browser.evaluate(
        f"[...document.querySelectorAll('{live}')].map((place) => place.innerText)"
    )

    assert [text for text in places if text] == [
        f"{NOT_YET} Requests of this browser are left out."
    ]


def test_named_issuer_lists_its_requests(staff_console: Console, client: httpx.Client) -> None:
    client.get(f"{staff_console.url}/certs", headers=PROXY)
    client.get(f"http://{staff_console.netloc}/oauth2/v3/certs", headers=PROXY)
    staff_console.open("requests")
    assert "requested keys" in staff_console.text
    assert "/staff/certs; 1 time" in staff_console.text
    assert "issuer staff" in staff_console.browser.read(".log")
    main = Console(staff_console.browser, f"http://{staff_console.netloc}")
    main.browser.reset(permissions=CLIPBOARD)
    main.open("requests")

    assert "/staff/certs, /oauth2/v3/certs; 2 times" in main.text


def test_view_says_that_the_issuer_has_stopped(requests: Console, issuer: Service) -> None:
    issuer.stop()
    wait_for(requests, "document.querySelector('main')?.innerText", "The issuer does not answer")

    assert requests.browser.find_problems() == []
