import pytest

from pseudonymisation.text_known import known_from
from pseudonymisation.text_spans import Span, disjoint, folded, visible


def test_overlapping_spans_become_one_that_covers_both_and_takes_the_name_of_the_longer() -> None:
    spans = [Span(0, 4, "ID"), Span(2, 10, "PHONE"), Span(20, 22, "DATE")]
    assert disjoint(spans) == [Span(0, 10, "PHONE"), Span(20, 22, "DATE")]


def test_of_two_findings_of_one_place_the_one_that_says_more_names_it() -> None:
    assert disjoint([Span(0, 10, "ID"), Span(0, 10, "NHS")]) == [Span(0, 10, "NHS")]


def test_spans_that_touch_stay_apart_unless_they_are_of_one_kind() -> None:
    assert disjoint([Span(0, 2, "ID"), Span(2, 4, "DATE")]) == [Span(0, 2, "ID"), Span(2, 4, "DATE")]
    assert disjoint([Span(0, 2, "ID"), Span(2, 4, "ID")]) == [Span(0, 4, "ID")]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zoë", "Zoe"),
        ("Łukasz Ørsted", "Lukasz Orsted"),
        ("O\u2019Brien\u2013Smith", "O'Brien-Smith"),
        ("\uff11\u0662\u00a0x", "12 x"),
        ("李", "李"),
        ("½ µg", "1 µg"),
    ],
)
def test_a_folded_text_is_as_long_as_before(text: str, plain: str) -> None:
    assert folded(text) == plain
    assert len(folded(text)) == len(text)


def test_a_visible_text_has_one_character_for_each_letter() -> None:
    assert visible("Zoe\u0308\u200d\ufeff\u00ad x") == "Zoë x"


def test_one_letter_names_and_common_words_are_not_looked_for() -> None:
    known = known_from([("gp_name", "Dr A Of Street"), ("next_of_kin", "Mum"), ("address_line", "1 The Old Road")])
    assert known.words == {}


@pytest.mark.parametrize(("kind", "value"), [("phone", "1234"), ("mrn", "12"), ("postcode", "E1"), ("birth_date", "x")])
def test_a_value_that_is_too_short_to_tell_anything_is_not_looked_for(kind: str, value: str) -> None:
    known = known_from([(kind, value)])
    assert (known.words, known.numbers, known.pieces) == ({}, {}, {})
