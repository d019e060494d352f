"""The site's file: what may stand in it, and each fault by file and line."""

import pytest

from guideline.knowledge_base import rule_book
from guideline.practice import Practice
from guideline.site_file import SiteFile, limits, read_site_file

GOOD = """\
rules_off:
  - R044
  - R105
thresholds:
  lvef_lower_limit: 53
  dose_tolerance_percent: 5
"""


def read(tmp_path, text):
    """What a file with this text says, and its faults."""
    file = tmp_path / "site.yaml"
    file.write_text(text, encoding="utf-8")
    return read_site_file(file, rule_book())


def test_a_file_in_order(tmp_path):
    """Rules and limits are taken as they stand."""
    said, found = read(tmp_path, GOOD)
    assert found == []
    assert said == SiteFile(frozenset({"R044", "R105"}), {"lvef_lower_limit": 53, "dose_tolerance_percent": 5})


@pytest.mark.parametrize("text", ["rules_off: []\n", "thresholds: {}\n", "{}\n", "# rules_off: [R044]\n", "---\n"])
def test_everything_is_optional(tmp_path, text):
    """A site that says nothing changes nothing."""
    assert read(tmp_path, text) == (SiteFile(), [])


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_a_word_is_a_fault(tmp_path, text):
    """What a failed write leaves is not taken for a site that changes nothing: its rules and limits would be gone in silence."""
    said, [found] = read(tmp_path, text)
    assert said == SiteFile()
    assert str(found) == "site.yaml:1: is empty; a site that changes nothing says so in a comment"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("  - R105", "  - R999", 3, "there is no rule 'R999'"),
        ("  - R105", "  - R079", 3, "R079 cannot be switched off: its card can be critical"),
        ("  - R105", "  - R131", 3, "R131 cannot be switched off: other advice rests on what it asks for"),
        ("  - R105", "  - R057", 3, "R057 cannot be switched off: it speaks in this book only"),
        ("  - R105", "  - r105", 3, "does not match"),
        ("  - R105", "  - 105", 3, "is not of type 'string'"),
        ("  - R105", "  - R044", 1, "non-unique"),
        ("lvef_lower_limit: 53", "lvef_lower_limit: 40", 5, "40 is less than the minimum of 45"),
        ("lvef_lower_limit: 53", "lvef_lower_limit: high", 5, "is not of type 'number'"),
        ("dose_tolerance_percent: 5", "dose_tolerance_percent: 60", 6, "60 is greater than the maximum of 25"),
        ("dose_tolerance_percent: 5", "due_days: 120", 6, "due_days: is not known here"),
        ("thresholds:", "limits:", 4, "limits: is not known here"),
        ("  lvef_lower_limit: 53", "  lvef_lower_limit: 53\n  lvef_lower_limit: 54", 6, "stands here twice"),
        ("rules_off:", "rules_off: [", 2, ""),
    ],
)
def test_a_fault_names_file_and_line(tmp_path, old, new, line, what):
    """Each fault is one line that begins with file and line, and nothing of a faulty file counts."""
    assert old in GOOD
    said, found = read(tmp_path, GOOD.replace(old, new, 1))
    assert said == SiteFile()
    assert [str(fault).startswith(f"site.yaml:{line}: ") and what in fault.message for fault in found] == [True]


def test_all_faults_are_named(tmp_path):
    """A file with three faults names three."""
    _, found = read(tmp_path, GOOD.replace("R044", "R999").replace("R105", "R020").replace("53", "99"))
    assert [fault.line for fault in found] == [2, 3, 5]


@pytest.mark.parametrize("content", [b"\x00", b"rules_off: [\xff]\n"])
def test_a_file_that_is_no_text_is_one_line(tmp_path, content):
    """What the reader of YAML says in two lines is said in one, as every fault is."""
    file = tmp_path / "site.yaml"
    file.write_bytes(content)
    (fault,) = read_site_file(file, rule_book())[1]
    assert "\n" not in str(fault)


def test_a_missing_file_is_a_fault(tmp_path):
    """A file that is not there is named."""
    _, found = read_site_file(tmp_path / "none.yaml", rule_book())
    assert [str(fault) for fault in found] == ["none.yaml:1: the file is missing"]


def test_limits_hold_their_defaults():
    """The limits of the file are limits of the practice, and the shipped default is within the bounds."""
    assert {limit.name for limit in limits()} == {"lvef_lower_limit", "dose_tolerance_percent", "minimum_interval_days"}
    assert all(limit.least <= getattr(Practice(), limit.name) <= limit.most for limit in limits())
