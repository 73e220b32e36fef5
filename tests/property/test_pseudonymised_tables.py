"""Laws of whole tables: whatever stands in them, every row is accounted for and nothing else comes out."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pseudonymisation.policy import output_schema
from pseudonymisation.pseudonyms import pseudonym
from tests.unit.pseudonymisation.builders import KEYS, nhs_number, one_person, pseudonymised, table

# Lone surrogates cannot be stored in Arrow, so no adapter can land them.
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LIKELY = st.sampled_from(
    ["7", "8", "", "2024-03-01", "2024-03-01T10:00:00+01:00", "2.5", "A", "1e400", "-0", "\\", "'"]
)
COLUMNS = [column.name for column in table("stay").columns.values()]
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, TEXTS | LIKELY)), min_size=1, max_size=8)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_every_row_is_accounted_for_and_only_known_forms_come_out(rows: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        counts, kept = pseudonymised(Path(folder), "stay", rows)
    assert counts.read == len(rows) == counts.kept + sum(counts.rejected.values()) + sum(counts.withheld.values())
    assert len(kept) == counts.kept
    for row in kept:
        assert list(row) == [name for name, _ in output_schema(table("stay"))]
        assert row["person_id"] == pseudonym(nhs_number(0), key=KEYS.site("person"))
        assert row["ward"] in (None, "A", "B", "OTHER")
        assert row["started_at"] is not None
        assert row["stay_id"] is None or len(str(row["stay_id"])) == 32
        assert row["pain"] is None or 0 <= int(str(row["pain"])) <= 10


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_source_does_not_show(rows: list[dict[str, str | None]], order: object) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random.
    outputs = []
    for some in (rows, shuffled):
        with tempfile.TemporaryDirectory() as folder:
            people = one_person(Path(folder))
            outputs.append(pseudonymised(Path(folder), "stay", some, people=people))
    assert outputs[0] == outputs[1]
