"""The settings in a real browser: nothing for axe to find, nothing wider than a phone, a passkey made and used."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.walk import log_in, settle
from tests.factories import PASSWORD, create_user
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

PAGES = ["/settings/", "/settings/security/", "/settings/keys/", "/settings/data/", "/accounts/sessions/"]
PROTECTED = ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/settings/data/erasure/"]


@pytest.fixture
def with_authenticator(page: Page, browser_context: BrowserContext) -> Iterator[Page]:
    """A device that has a finger on its sensor at all times."""
    devtools = browser_context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = {**options, "isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield page
    devtools.detach()


def prove(page: Page, path: str) -> None:
    page.goto(path)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{path}")


def test_on_a_phone_in_the_dark_axe_finds_nothing(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, create_user(email="a-rather-long-address-of-a-writer@somewhere.example.org").email)
    prove(page, PROTECTED[0])

    for path in [*PAGES, *PROTECTED]:
        page.goto(path)
        assert_accessible(page)


def test_a_passkey_is_made_and_opens_the_account(with_authenticator: Page, live_asgi: ServerThread) -> None:
    page = with_authenticator
    # A passkey belongs to a name, not to an address of numbers.
    home = live_asgi.url.replace("127.0.0.1", "localhost")
    page.goto(f"{home}/accounts/login/")
    page.fill("input[name=login]", create_user().email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{home}/")
    page.goto(f"{home}/accounts/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    # The page's scripts bind the button when all of it has come.
    page.wait_for_url("**/accounts/2fa/webauthn/add/", wait_until="load")
    page.click("#mfa_webauthn_add")
    expect(page.locator(".codes, .settings-list").first).to_be_visible()
    settle(page)

    page.context.clear_cookies()
    page.goto(f"{home}/accounts/login/")
    settle(page)
    page.click("#passkey_login")

    page.wait_for_url(f"{home}/")
    page.goto(f"{home}/settings/security/")
    expect(page.get_by_text("1 key opens your account.")).to_be_visible()


def test_a_picture_is_shown_before_it_is_sent(page: Page) -> None:
    written = io.BytesIO()
    Image.new("RGB", (50, 50), "teal").save(written, "PNG")
    log_in(page, create_user().email)
    page.goto("/settings/")

    page.set_input_files("#id_picture", {"name": "me.png", "mimeType": "image/png", "buffer": written.getvalue()})
    preview = page.locator(".avatar--large img")
    expect(preview).to_have_attribute("src", re.compile(r"^data:image/png"))

    page.get_by_role("button", name="Use this picture").click()
    expect(preview).to_have_attribute("src", re.compile(r"^/avatars/"))
    expect(preview).to_have_js_property("naturalWidth", 50)


def test_an_account_that_is_closed_rests_on_its_page(page: Page) -> None:
    log_in(page, create_user().email)
    prove(page, "/settings/data/erasure/")
    page.check("#id_is_meant")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Your account is closed")).to_be_visible()
    arrivals: list[str] = []
    page.on("framenavigated", lambda frame: arrivals.append(frame.url))
    page.wait_for_timeout(700)

    # Nothing leads from the page to itself, not even the purse in its header, which may not be asked for.
    assert arrivals == []
    assert_accessible(page)
    page.get_by_role("button", name="Keep my account after all").click()
    expect(page.get_by_text("Your account stays")).to_be_visible()
