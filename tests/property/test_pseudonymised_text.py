"""Laws of cleaned text: what is known of a patient is gone wherever it stands, and spans lose nothing."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymisation.text import PersonNotes, clean_person
from pseudonymisation.text_spans import PLACEHOLDERS, Span, disjoint, folded, visible

KNOWN = (("given_name", "Zephra"), ("family_name", "Oddlestone"), ("nhs_number", "9991234560"), ("mrn", "RJ7766554"))
PROSE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", "\u00a0", "\u2011", "\u200b", "  ", " - "])
SPANS = st.lists(
    st.builds(
        lambda start, length, entity: Span(start, start + length, entity),
        st.integers(0, 50),
        st.integers(1, 20),
        st.sampled_from(PLACEHOLDERS),
    )
)


@settings(deadline=None)
@given(PROSE, PROSE, st.sampled_from(["zephra", "ZEPHRA", "Zephra", "Zéphra", "oddlestone", "Oddlestone"]))
def test_a_known_name_is_gone_between_any_words(before: str, after: str, name: str) -> None:
    (shown,) = clean_person(PersonNotes(KNOWN, (f"{before} {name} {after}",)))
    assert folded(visible(name)).lower() not in folded(shown).lower().split()


@settings(deadline=None)
@given(PROSE, PROSE, st.lists(SEPARATORS, min_size=9, max_size=9))
def test_a_known_number_is_gone_whatever_stands_between_its_digits(before: str, after: str, gaps: list[str]) -> None:
    written = "9991234560"[0] + "".join(gap + digit for gap, digit in zip(gaps, "991234560", strict=True))
    (shown,) = clean_person(PersonNotes(KNOWN, (f"{before} no. {written} {after}",)))
    assert visible(written) not in shown


@settings(deadline=None)
@given(PROSE)
def test_folding_keeps_every_place_and_showing_twice_changes_nothing(text: str) -> None:
    shown = visible(text)
    assert len(folded(shown)) == len(shown)
    assert visible(shown) == shown


@given(SPANS)
def test_disjoint_spans_cover_what_the_spans_cover_and_do_not_overlap(spans: list[Span]) -> None:
    found = disjoint(spans)
    assert {place for span in spans for place in range(span.start, span.end)} == {
        place for span in found for place in range(span.start, span.end)
    }
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert disjoint(found) == found
