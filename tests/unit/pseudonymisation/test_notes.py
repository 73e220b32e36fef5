from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from pseudonymisation.errors import CountError, PolicyError
from pseudonymisation.pseudonyms import pseudonym
from pseudonymisation.text import PersonNotes
from tests.unit.pseudonymisation.builders import KEYS, allowed, land, nhs_number, people_of, pseudonymised, ward


def upper(notes: Iterable[PersonNotes]) -> Iterator[tuple[str, ...]]:
    for person in notes:
        yield tuple(text.upper() for text in person.texts)


def note(number: int, text: object, local_id: str = "7") -> dict[str, object]:
    return {"note_id": str(number), "local_id": local_id, "words": text}


def test_notes_are_cleaned_once_each_and_come_back_to_their_rows(tmp_path: Path) -> None:
    seen: list[PersonNotes] = []

    def remembered(notes: Iterable[PersonNotes]) -> Iterator[tuple[str, ...]]:
        for person in notes:
            seen.append(person)
            yield tuple(text.upper() for text in person.texts)

    rows = [note(1, "abc"), note(2, "abc"), note(3, " d\n"), note(4, None), note(5, "")]
    counts, kept = pseudonymised(tmp_path, "note", rows, clean_notes=remembered)
    assert counts.kept == 5
    assert sorted(str(row["words"]) for row in kept) == sorted(["ABC", "ABC", " D\n", "None", "None"])
    assert [sorted(person.texts) for person in seen] == [[" d\n", "abc"]]
    assert seen[0].known == (("family_name", "Brindle"), ("given_name", "Ada"))


def test_a_note_of_a_person_whose_name_is_not_known_is_withheld_and_counted(tmp_path: Path) -> None:
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "7", "nhs_number": nhs_number(0), "family_name": "Brindle"},
            {"local_id": "8", "nhs_number": nhs_number(1), "birth_date": "1950-01-01"},
        ],
    )
    people = people_of(tmp_path, ward(tmp_path))
    rows = [note(1, "abc"), note(2, "abc", "8"), note(3, None, "8")]
    counts, kept = pseudonymised(tmp_path, "note", rows, people=people, clean_notes=upper)
    assert counts.withheld == {"known_identifiers_missing": 1}
    assert sorted(str(row["words"]) for row in kept) == ["ABC", "None"]


def test_no_note_is_cleaned_of_a_person_who_may_not_go_on(tmp_path: Path) -> None:
    n = nhs_number(0)
    land(tmp_path / "ward", "link", [{"local_id": "7", "nhs_number": n, "family_name": "Brindle"}])
    people = people_of(tmp_path, ward(tmp_path, allowed=allowed([n], opted_out=[n])))

    def never(notes: Iterable[PersonNotes]) -> Iterator[tuple[str, ...]]:
        for _ in notes:
            raise AssertionError
        yield from ()

    counts, kept = pseudonymised(tmp_path, "note", [note(1, "abc")], people=people, clean_notes=never)
    assert (counts.withheld, kept) == ({"opted_out": 1}, [])


def test_a_table_with_text_is_refused_without_a_cleaner(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="nothing to clean it with"):
        pseudonymised(tmp_path, "note", [note(1, "abc")])


@pytest.mark.parametrize("lost", [0, 2])
def test_a_cleaner_that_gives_back_fewer_or_more_texts_stops_everything(tmp_path: Path, lost: int) -> None:
    def wrong(notes: Iterable[PersonNotes]) -> Iterator[tuple[str, ...]]:
        for person in notes:
            yield person.texts * lost

    with pytest.raises(CountError, match="texts were to be cleaned"):
        pseudonymised(tmp_path, "note", [note(1, "abc")], clean_notes=wrong)
    assert not (tmp_path / "out" / "note" / "ward.parquet").exists()


def test_many_people_and_pages_of_notes_keep_their_own_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pseudonymisation.notes.NOTES_IN_A_PAGE", 7)
    monkeypatch.setattr("pseudonymisation.relations.ROWS_IN_A_BATCH", 5)
    people = [
        {"local_id": str(serial), "nhs_number": nhs_number(serial), "family_name": f"Name{serial}"}
        for serial in range(12)
    ]
    land(tmp_path / "ward", "link", people)
    rows = [note(number, f"text {number}", str(number % 12)) for number in range(60)]
    resolved = people_of(tmp_path, ward(tmp_path))
    _, kept = pseudonymised(tmp_path, "note", rows, people=resolved, clean_notes=upper)
    found = {(row["person_id"], row["note_id"], row["words"]) for row in kept}
    assert found == {
        (
            pseudonym(nhs_number(number % 12), key=KEYS.site("person")),
            pseudonym(f"ward:{number}", key=KEYS.site("note")),
            f"TEXT {number}",
        )
        for number in range(60)
    }
