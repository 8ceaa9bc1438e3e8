"""What the tests of the Dagster UI share: one running deployment, one browser, and a picture of every failure.

Belongs here: starting and stopping both. Not here: what must be true (test_*.py).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dev_process import DevProcess
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

_FAILED = pytest.StashKey[bool]()
# Without these Chromium asks Google's hosts for updates at every start.
_CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep whether the test failed, for the fixture that takes the picture."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="module")
def dev(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevProcess]:
    """A fresh deployment of the embedded demo, served by a real `dev`, ended by Ctrl-C."""
    process = DevProcess(project_root, tmp_path_factory.mktemp("deployment") / "data")
    try:
        process.start()
        yield process
    finally:
        left_over = process.stop() if process.is_running else []
    assert not left_over, f"still alive a minute after Ctrl-C: {left_over}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; playwright's own download is never used."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("there is no chromium on this machine; `make test-system` installs it, or names what to install")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A person who was never here before; the tabs share what the browser has loaded, as a person's tabs do."""
    context = browser.new_context(viewport={"width": 1600, "height": 900})
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """A new tab; when the test fails its picture and its address are kept in tmp_path."""
    tab = visitor.new_page()
    yield tab
    if request.node.stash.get(_FAILED, False):
        picture = tmp_path / "failure.png"
        tab.screenshot(path=picture)
        print(f"The browser showed {tab.url}: {picture}")
    tab.close()
