"""Lists of besieged places in case.toml: read with the case, told in the answer, refused where something is wrong."""

import pytest

from castello.analyses.siege import siege
from castello.cases._yaml import Unreadable
from castello.cases.settings import read_settings
from castello.cases.siege_lists import USUAL
from tests.cases_for_tests import CASE, built_case, write_case

HEAD = 'id = "x"\nname_en = "X"\nfrom = 2016-01-01\n'
LIST = """
[[list]]
body = "observatory"
status = "besieged"
definitions = ["observatory-besieged"]
always = true
"""


def test_without_lists_the_usual_are_looked_for() -> None:
    assert read_settings(HEAD.encode()).lists is USUAL


def test_a_list_is_read() -> None:
    (found,) = read_settings((HEAD + LIST).encode()).lists

    assert (found.name, found.speakers, found.always) == ("observatory-besieged", ("observatory",), True)


@pytest.mark.parametrize("text", ['[[list]]\nbody = "x"', "list = 1", "list = [1]"])
def test_what_is_no_list_is_refused(text) -> None:
    with pytest.raises(Unreadable):
        read_settings((HEAD + text).encode())


def test_the_answer_names_the_lists_of_the_case(tmp_path) -> None:
    text = CASE.format(clock="published") + LIST
    case = built_case(write_case(tmp_path / "case", files={"case.toml": text}))
    found = siege(case.picture(as_of="2016-07-20"))

    assert {item.subject for item in found if item.kind == "listed" and item.status != "called"} == {"observatory"}


def test_an_unknown_body_is_an_issue(tmp_path) -> None:
    text = CASE.format(clock="published") + LIST.replace('observatory"', 'nobody"', 1)
    case = built_case(write_case(tmp_path / "case", files={"case.toml": text}))

    assert [issue.column for issue in case.build().issues if "nobody" in issue.what] == ["list"]
