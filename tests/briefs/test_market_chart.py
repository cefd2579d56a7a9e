"""The chart of a market: what it shows, what it leaves open, and that nothing that may not leave is in it."""

import math
import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from castello.analyses.markets import History, HistoryMonth
from castello.briefs._market_chart import draw_history, write_chart
from castello.briefs.profile import Clearance, Profile
from castello.claims import Sensitivity
from castello.errors import WrongUse
from castello.picture.prices import first_day, last_day
from tests.analyses.test_markets import EAST, NEAR, months, price, shown

FIRST = 2016 * 12 + 1


def month(n, index=1.0, **values):
    nothing = HistoryMonth(
        month=FIRST + n, reference=NEAR, items=4, index=index, national=None, here=None, there=None, elsewhere=None
    )
    return replace(nothing, **values)


def drawn(*told, commodity=None):
    history = History(market=EAST, commodity=commodity, unit="SYP/KG" if commodity else None, months=told)
    return draw_history(history, name=lambda id_: f"<{id_}>")


def lines(text):
    """Joined points: paths with more than one."""
    return [path for path in re.findall(r'd="(M[^"]*)"', text) if "L" in path]


def test_a_line_is_broken_where_nothing_can_be_said():
    text = drawn(month(0), month(1, 2.0), month(2, None), month(3, 4.0), month(4, 3.0))
    assert len(lines(text)) == 2
    assert text.count("a2.5 2.5") == 2 * 4  # one ring, two arcs, for each month that has a figure


def test_levels_stand_at_two_four_and_six():
    text = drawn(month(0), month(1, 5.0))
    for label in ("2 watch", "4 severe", "6 extreme"):
        assert f">{label}<" in text


def test_a_price_is_drawn_below_when_it_is_asked_for():
    plain, both = (
        drawn(month(0, here=100.0, there=50.0), month(1, here=200.0, there=50.0), commodity=c) for c in (None, "Rice")
    )
    assert "Rice, SYP/KG" not in plain
    assert "Rice, SYP/KG" in both
    assert len(lines(both)) == len(lines(plain)) + 2


def test_it_is_a_drawing_that_stands_alone_and_names_are_escaped():
    text = drawn(month(0), month(1, 2.0))
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "<market-east>" not in text
    assert "2016-02 2" in text  # the figures in words, for who cannot see them
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("values", [(), (None, None), (1e-9, 1e9), (1.0,)])
def test_whatever_the_figures_every_coordinate_is_one(values):
    text = drawn(*(month(n, value) for n, value in enumerate(values)))
    assert "nan" not in text
    assert "inf" not in text.replace("information", "")
    numbers = [
        float(n) for n in re.findall(r"[-\d.]+(?=[ \"HLVavz])", "".join(re.findall(r'd="([^"]*)"', text))) if n != "-"
    ]
    assert all(math.isfinite(number) for number in numbers)


def clearance(folder, claims, *, profile=Profile.OWN, vault=None):
    return Clearance(picture=shown(folder, claims), profile=profile, live=False, today=date(2026, 1, 1), vault=vault)


CLAIMS = [*months([1, 2, 3]), *months([1, 1, 1], market=NEAR)]


def test_the_same_prices_give_the_same_bytes(tmp_path):
    files = [
        write_chart(clearance(tmp_path / name, order), tmp_path / f"{name}.svg", market=EAST, commodity="rice")
        for name, order in (("one", CLAIMS), ("other", CLAIMS[::-1]))
    ]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"<style>" in files[0].read_bytes()


def test_other_forms_folders_and_markets_are_refused(tmp_path):
    audience = clearance(tmp_path / "l", CLAIMS)
    with pytest.raises(WrongUse, match="cannot be written"):
        write_chart(audience, tmp_path / "a.png", market=EAST)
    with pytest.raises(WrongUse, match="no such folder"):
        write_chart(audience, tmp_path / "b" / "a.svg", market=EAST)
    with pytest.raises(WrongUse, match="no price"):
        write_chart(audience, tmp_path / "a.svg", market="nowhere")
    with pytest.raises(WrongUse, match="rice, salt, sugar, tea"):
        write_chart(audience, tmp_path / "a.svg", market=EAST, commodity="gold")


def test_prices_too_sensitive_for_the_audience_are_not_in_it(tmp_path, built):
    """As if nobody had said them: the chart of the others."""
    secret = [
        price(900, "2016-12", good=good, sensitivity=Sensitivity.SEVERE, who="afp", document="secret")
        for good in ("rice", "salt", "sugar")
    ]
    secret_ids = {claim.id for claim in secret}
    open_ = [c for c in CLAIMS if first_day(2016 * 12 + 12) != c.happened.maybe[0] or c.object != EAST]
    out = {}
    for name, claims in (("with", [*open_, *secret]), ("without", open_)):
        audience = clearance(tmp_path / name, claims, profile=Profile.PUBLIC, vault=built.book.vault)
        out[name] = write_chart(audience, tmp_path / f"{name}.svg", market=EAST, commodity="rice").read_bytes()
    own = write_chart(
        clearance(tmp_path / "own", [*open_, *secret]), tmp_path / "own.svg", market=EAST, commodity="rice"
    )
    assert secret_ids
    assert out["with"] == out["without"] != own.read_bytes()


def test_days_of_the_case_are_drawn(tmp_path):
    long_ago = months([1, 1], last="2016-03")
    text = write_chart(clearance(tmp_path / "l", [*CLAIMS, *long_ago]), tmp_path / "a.svg", market=EAST).read_text()
    begins = date(2016, 5, 5)  # of the small case
    assert last_day(2016 * 12 + 3) < begins - timedelta(days=30)
    assert "Mar" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)
