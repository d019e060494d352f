"""The cache of labels keeps no free text."""

from fhir_mappings.remembered import LONGEST, remembered


def test_a_short_label_is_read_once_and_a_long_text_is_forgotten():
    """Labels come again and again; a note longer than any label leaves nothing behind."""
    read: list[str] = []

    @remembered(maxsize=8)
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    note = "n" * (LONGEST + 1)
    assert [length("label"), length("label"), length(note), length(note)] == [5, 5, LONGEST + 1, LONGEST + 1]
    assert read == ["label", note, note]
