"""The cache of labels keeps no free text."""

from fhir_mappings.remembered import LONGEST, remembered, remembered_answer


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


def test_of_a_coded_answer_too_only_a_short_text_is_kept():
    """A pathologist's report beside a code leaves nothing behind; a code with a short text, or with none, is read once."""
    read: list[tuple[str, str | None]] = []

    @remembered_answer(maxsize=8)
    def said(code: str, text: str | None) -> str:
        read.append((code, text))
        return f"{code} {text}"

    report = "n" * (LONGEST + 1)
    for text in (None, None, "3+", "3+", report, report):
        assert said("her2", text) == f"her2 {text}"
    assert read == [("her2", None), ("her2", "3+"), ("her2", report), ("her2", report)]
