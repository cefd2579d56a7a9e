"""The page of a brief asks the network for nothing and runs without an error, in a real browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.browser import opened
from tests.house.rooms import own_home

pytestmark = pytest.mark.browser


def test_a_page_that_asks_and_fails_is_noticed(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><link rel="stylesheet" href="http://127.0.0.1:9/style.css"><script>nowhere()</script>',
        encoding="utf-8",
    )

    seen = opened(page, tmp_path)

    assert seen.requests == ("http://127.0.0.1:9/style.css",)
    assert any("nowhere is not defined" in line for line in seen.console)


def test_the_brief_needs_no_network_and_has_no_error(tmp_path):
    page = tmp_path / "brief.html"
    dates = ["--as-of", "2016-07-17", "--known-by", "2016-07-20"]
    command = [Path(sys.executable).with_name("castello"), "brief", "--case", "demo", *dates, "-o", page]
    subprocess.run(command, env=os.environ | own_home(tmp_path), cwd=tmp_path, capture_output=True, check=True)

    seen = opened(page, tmp_path)

    assert seen.requests == ()
    assert seen.console == ()
    assert "Aleppo" in seen.document
