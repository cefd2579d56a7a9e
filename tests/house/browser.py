"""A page opened in headless Chromium, with what it asked the network for and what it wrote to the console."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60
OPTIONS = (
    "--headless",
    "--no-sandbox",  # it opens nothing but a page that we made
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever is asked for, nothing leaves this machine
    "--enable-logging=stderr",
    "--dump-dom",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a page did: its requests but for itself, its console lines, and its document after its scripts ran."""

    requests: tuple[str, ...]
    console: tuple[str, ...]
    document: str


def opened(page: Path, folder: Path) -> Opened:
    """Open a page; the test is skipped, saying what to install, where there is no browser."""
    browser = next((path for name in NAMES if (path := shutil.which(name))), None)
    if browser is None:
        pytest.skip("no browser here: install Debian's package chromium to run this test")
    log = folder / "network.json"
    command = [browser, *OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    asked = (event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"])
    return Opened(
        # the browser's own errands have no page that began them
        requests=tuple(
            sorted(
                {
                    what["url"]
                    for what in asked
                    if "url" in what and what.get("initiator", "not an origin") != "not an origin"
                }
            )
        ),
        console=tuple(re.findall(r":CONSOLE(?::\d+|\(\d+\))\] (.*)", done.stderr)),
        document=done.stdout,
    )
