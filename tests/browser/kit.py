"""The browser, and what every page must pass in it: axe, keyboard, phone width; and pictures to look at."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]

# The shell is the same engine without the windows around it: tabs open in half the time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
# Root and containers have no user namespaces for the sandbox; the rest keeps the browser from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "No browser found for the tests. Install Chromium or Google Chrome (Debian: apt install chromium), "
    "or set CASEMGR_BROWSER to the program, or run: python -m playwright install chromium"
)

PATIENCE_MS = 90_000  # a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE_MS)

WIDTHS = {"desktop": 1280, "phone": 390}
HEIGHTS = {"desktop": 900, "phone": 844}
SCHEMES = ("light", "dark")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_STOPS = 400
MOST_PARTS = 12  # a date field has a stop for month, day, year and the picker


class BrowserMissing(Exception):
    """Raised, never skipped, when no browser can be found; says what to install."""


def find_browser(environ: dict[str, str] | None = None) -> str | None:
    """Return the path of an installed browser, or None when only the test library's own is left to try.

    Raises BrowserMissing when CASEMGR_BROWSER names a program that is not there.
    """
    environ = dict(os.environ) if environ is None else environ
    wanted = environ.get("CASEMGR_BROWSER")
    if wanted:
        found = shutil.which(wanted, path=environ.get("PATH"))
        if found is None:
            raise BrowserMissing(f"CASEMGR_BROWSER names {wanted}, which is not a program. {MISSING}")
        return found
    on_path = (shutil.which(name, path=environ.get("PATH", "")) for name in NAMES)
    in_apps = (Path(f"/Applications/{app}.app/Contents/MacOS/{app}") for app in MAC_APPS)
    installed = [*filter(None, on_path), *(str(app) for app in in_apps if app.exists())]
    return installed[0] if installed else None


def launch(playwright: Playwright, environ: dict[str, str] | None = None) -> Browser:
    """Start the browser without a window. Raises BrowserMissing, saying what to install."""
    found = find_browser(environ)
    try:
        return playwright.chromium.launch(executable_path=found, args=list(FLAGS))
    except PlaywrightError as error:
        if found is None:
            raise BrowserMissing(MISSING) from error
        raise


def go(control: Locator, key: str = "") -> None:
    """Click what leads to another page, or press `key` on it, and wait until that page is loaded with its scripts.

    A click alone returns when the old page is left, and on a busy machine before that: whatever comes next would look
    at the old page, or at one that has no element yet.
    """
    with control.page.expect_navigation():
        if key:
            control.press(key)
        else:
            control.click()


def check_axe(page: Page, *, ignore: tuple[str, ...] = ()) -> None:
    """Assert that axe finds no violation of WCAG 2.2 A and AA, nor of its best practices."""
    page.wait_for_load_state()
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "resultTypes": ["violations"],
        # axe leaves out target-size (WCAG 2.2, 2.5.8) unless it is asked for.
        "rules": {"target-size": {"enabled": True}} | {rule: {"enabled": False} for rule in ignore},
    }
    axe = Axe("0") if page.evaluate("'axe' in window") else Axe()  # its half a megabyte is read once for each page
    violations = axe.run(page, options=options).response["violations"]
    found = "\n".join(_violation(violation) for violation in violations)
    assert not violations, f"axe on {page.url}:\n{found}"


def _violation(violation: dict[str, Any]) -> str:
    lines = [f"- {violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in violation["nodes"]:
        why = re.sub(r"\s+", " ", node.get("failureSummary", "")).strip()
        lines.append(f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}\n      {why}")
    return "\n".join(lines)


# The browser remembers where the focus was last; a body that takes it for a moment makes Tab start at the top.
FROM_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus({preventScroll: true});
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
}"""

# Everything that a person could operate and that is shown now. Of a group of radio buttons, Tab reaches one.
OPERABLE = """() => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const stops = {};
  [...document.querySelectorAll(wanted)].forEach((e, i) => {
    if (e.disabled || !e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})) return;
    e.dataset.kitStop = e.type === 'radio' ? `radio ${e.form?.action} ${e.name}` : `stop ${i}`;
    stops[e.dataset.kitStop] = e.outerHTML.slice(0, 120);
  });
  return stops;
}"""

# At each key, before the focus goes on, notes where it is and whether a person can see it: in the window, with an
# outline around it, or around the card or button that stands for it.
WATCH = """() => {
  const look = getComputedStyle;
  const outlined = (x) => look(x).outlineStyle !== 'none' && parseFloat(look(x).outlineWidth) > 0;
  const note = () => {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) return;
    const box = e.getBoundingClientRect();
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth;
    const marked = [e, ...(e.labels ?? []), e.parentElement].some(outlined) || look(e).boxShadow !== 'none';
    const html = e.outerHTML.slice(0, 120);
    const why = inside ? 'no outline' : `outside the window: ${JSON.stringify(box)}`;
    window.kitSteps.push({stop: e.dataset.kitStop ?? html, html, unseen: inside && marked ? '' : why});
  };
  if (!window.kitSteps) addEventListener('keydown', note, true);
  window.kitSteps = [];
}"""


def check_keyboard(page: Page) -> None:
    """Assert that Tab reaches everything that can be operated, shows where it is, and is never trapped."""
    page.wait_for_load_state()
    page.evaluate(FROM_THE_TOP)
    wanted: dict[str, str] = page.evaluate(OPERABLE)
    page.evaluate(WATCH)
    steps: list[dict[str, str]] = []  # one for each stop, however many parts it has
    for _ in range(MOST_STOPS // MOST_PARTS):
        before = len(steps)
        for _ in range(MOST_PARTS):
            page.keyboard.press("Tab")
        keys = page.evaluate("window.kitSteps")
        steps = [step for last, step in pairwise([{"stop": ""}, *keys]) if step["stop"] != last["stop"]]
        if len(steps) > len({step["stop"] for step in steps}):
            break  # round again
        assert len(steps) > before, f"Focus is trapped at {keys[-1]['html']} on {page.url}"
    reached = {step["stop"] for step in steps}
    page.evaluate("document.activeElement?.blur()")  # the skip link, shown while it has focus, lies over the header
    missed = [html for stop, html in wanted.items() if stop not in reached]
    unseen = [f"{step['html']} ({step['unseen']})" for step in steps if step["unseen"]]
    assert not missed, f"Tab does not reach {len(missed)} of {len(wanted)} on {page.url}:\n" + "\n".join(missed)
    assert not unseen, f"Focus cannot be seen on {page.url}:\n" + "\n".join(unseen)


def check_no_sideways_scroll(page: Page) -> None:
    """Assert that nothing of the page is wider than the window."""
    page.wait_for_load_state()
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('svg'))
          .slice(0, 8).map((e) => `${Math.round(e.getBoundingClientRect().right)} px: ${e.outerHTML.slice(0, 120)}`)
          .concat(`the page is ${document.documentElement.scrollWidth} px wide`)"""
    )
    width = page.evaluate("innerWidth")
    assert not too_wide, f"Sideways scrolling at {width} px on {page.url}:\n" + "\n".join(too_wide)


@contextmanager
def looks(page: Page) -> Iterator[Iterator[tuple[str, str]]]:
    """Give the page each width and each color scheme in turn, and put it back at the end."""
    page.wait_for_load_state()  # a page that is just beginning to come has no root element yet
    before = page.viewport_size
    yield _looks(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if before:
        page.set_viewport_size(before)


def _looks(page: Page) -> Iterator[tuple[str, str]]:
    for device, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": HEIGHTS[device]})
        for scheme in SCHEMES:
            # Without motion, or a color in mid-change is measured and drawn.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_function("s => [s, undefined].includes(document.documentElement.dataset.bsTheme)", arg=scheme)
            yield device, scheme


def screenshot(page: Page, name: str) -> list[Path]:
    """Save the whole page as `name-device-scheme.png` at both widths, light and dark, for a person to look at.

    Only when CASEMGR_SHOTS names a folder: nobody looks at the pictures of an ordinary run.
    """
    wanted = os.environ.get("CASEMGR_SHOTS")
    if not wanted:
        return []
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with looks(page) as each:
        for device, scheme in each:
            file = folder / f"{name}-{device}-{scheme}.png"
            page.screenshot(path=file, full_page=True, animations="disabled")
            files.append(file)
    return files


def check_page(page: Page, *, every_look: bool = False) -> None:
    """Assert axe, no sideways scrolling and the keyboard in two of the four looks: wide and light, phone and dark.

    Between them the two see every width and every color; `every_look` tries all four.
    """
    with looks(page) as each:
        for device, scheme in each:
            if every_look or (device == "desktop") == (scheme == SCHEMES[0]):
                check_axe(page)
                check_no_sideways_scroll(page)
                if device == "desktop":
                    check_keyboard(page)
