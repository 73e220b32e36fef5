from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pseudonymisation.errors import CountError, PolicyError, PseudonymisationError
from pseudonymisation.keys import SiteKeys
from pseudonymisation.policy import output_schema
from pseudonymisation.pseudonyms import pseudonym, uid
from pseudonymisation.tables import TableCounts, pseudonymise_table, write_empty_table
from tests.unit.pseudonymisation.builders import (
    KEYS,
    allowed,
    land,
    nhs_number,
    one_person,
    people_of,
    pseudonymised,
    rejects_of,
    table,
    ward,
)

STAY = {"stay_id": "s1", "local_id": "7", "started_at": "2024-03-01 10:00:00"}
ADA = pseudonym(nhs_number(0), key=KEYS.site("person"))


def one(tmp_path: Path, **changes: object) -> dict[str, object]:
    """Return the one output row of one stay."""
    counts, rows = pseudonymised(tmp_path, "stay", [{**STAY, **changes}])
    assert (counts.read, counts.kept) == (1, 1)
    return rows[0]


def reason(tmp_path: Path, **changes: object) -> dict[str, int]:
    """Return why one stay is rejected."""
    counts, rows = pseudonymised(tmp_path, "stay", [{**STAY, **changes}])
    assert rows == []
    return dict(counts.rejected)


def test_a_row_keeps_what_the_policy_names_and_nothing_else(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        accession="A1",
        study="1.2.3",
        ended_on="2024-03-05",
        beds="3",
        weight="70.5",
        ward="A",
        code="E11.9",
        pain="4",
        clock="101530.25",
        secret="hidden",
        stranger="hidden",
    )
    assert row == {
        "person_id": ADA,
        "stay_id": pseudonym("ward:s1", key=KEYS.site("encounter")),
        "accession": pseudonym("A1", key=KEYS.site("accession")),
        "study": uid("1.2.3", key=KEYS.uid()),
        "started_at": datetime(2024, 3, 1, 10),
        "ended_on": date(2024, 3, 5),
        "beds": 3,
        "weight": 70.5,
        "ward": "A",
        "code": "E11.9",
        "pain": 4,
        "clock": "101530",
        "source": "ward",
    }


def test_typed_columns_pass_like_their_text(tmp_path: Path) -> None:
    row = one(tmp_path, stay_id=5, local_id=7, started_at=datetime(2024, 3, 1), ended_on=date(2024, 3, 5), beds=3)
    assert row["stay_id"] == pseudonym("ward:5", key=KEYS.site("encounter"))
    assert (row["started_at"], row["ended_on"], row["beds"]) == (datetime(2024, 3, 1), date(2024, 3, 5), 3)


def test_columns_that_a_source_does_not_have_are_null(tmp_path: Path) -> None:
    row = one(tmp_path)
    assert {name for name, value in row.items() if value is None} == {
        "accession", "study", "ended_on", "beds", "weight", "ward", "code", "pain", "clock",
    }  # fmt: skip


def test_an_empty_text_is_null_and_spaces_around_a_value_do_not_count(tmp_path: Path) -> None:
    row = one(tmp_path, local_id=" 7 ", ward="  ", code=" E11 ", beds="", accession=" ")
    assert (row["person_id"], row["ward"], row["code"], row["beds"], row["accession"]) == (ADA, None, "E11", None, None)


def test_an_identifier_of_the_trust_is_one_in_all_sources_and_one_of_a_system_is_not(tmp_path: Path) -> None:
    land(tmp_path / "other", "link", [{"local_id": "7", "nhs_number": nhs_number(0)}])
    land(tmp_path / "ward", "link", [{"local_id": "7", "nhs_number": nhs_number(0)}])
    people = people_of(tmp_path, ward(tmp_path), ward(tmp_path, source="other"))
    rows = [
        pseudonymised(tmp_path, "stay", [{**STAY, "accession": "A1"}], people=people, source=source)[1][0]
        for source in ("ward", "other")
    ]
    assert rows[0]["person_id"] == rows[1]["person_id"]
    assert rows[0]["accession"] == rows[1]["accession"]
    assert rows[0]["stay_id"] != rows[1]["stay_id"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-06-01", datetime(2024, 6, 1)),
        ("2024-06-01T10:00", datetime(2024, 6, 1, 10)),
        ("2024-06-01 10:00:00.5", datetime(2024, 6, 1, 10, 0, 0, 500000)),
        ("2024-06-01T10:00:00Z", datetime(2024, 6, 1, 10)),
        ("2024-06-01T00:30:00+01:00", datetime(2024, 5, 31, 23, 30)),
        ("2024-06-01T00:30:00-0530", datetime(2024, 6, 1, 6)),
        ("1900-01-01", datetime(1900, 1, 1)),
        ("2099-12-31T23:59:59", datetime(2099, 12, 31, 23, 59, 59)),
    ],
)
def test_a_timestamp_is_utc_where_it_says_its_offset_and_else_as_it_is(
    tmp_path: Path, written: str, read: datetime
) -> None:
    assert one(tmp_path, started_at=written)["started_at"] == read


@pytest.mark.parametrize(
    "written",
    ["2024", "2024-06", "01/06/2024", "2024-02-30", "2024-06-01 25:00", "yesterday", "2024-06-01 10:00 Europe/London",
     "2024-06-01T10:00:00+", "epoch", "20240601", 20240601],
)  # fmt: skip
def test_what_is_no_timestamp_rejects_its_row(tmp_path: Path, written: object) -> None:
    assert reason(tmp_path, started_at=written) == {"started_at_not_timestamp": 1}


@pytest.mark.parametrize("written", ["1899-12-31", "2100-01-01", "0001-01-01", datetime(1850, 1, 1)])
def test_a_time_outside_two_centuries_rejects_its_row(tmp_path: Path, written: object) -> None:
    assert reason(tmp_path, started_at=written) == {"started_at_out_of_range": 1}


def test_a_required_value_that_is_missing_rejects_its_row(tmp_path: Path) -> None:
    assert reason(tmp_path, started_at="") == {"started_at_missing": 1}


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        ("beds", "2.5", "beds_not_integer"),
        ("beds", 2.5, "beds_not_integer"),
        ("beds", "3000000000", "beds_not_integer"),
        ("beds", "three", "beds_not_integer"),
        ("beds", date(2024, 1, 1), "beds_not_integer"),
        ("weight", "heavy", "weight_not_double"),
        ("weight", "nan", "weight_not_double"),
        ("weight", "inf", "weight_not_double"),
        ("weight", float("nan"), "weight_not_double"),
        ("ended_on", "soon", "ended_on_not_date"),
        ("ended_on", "2024-13-01", "ended_on_not_date"),
        ("ended_on", "2200-01-01", "ended_on_out_of_range"),
        ("ended_on", 20240301, "ended_on_not_date"),
    ],
)
def test_a_value_of_another_type_rejects_its_row_with_the_column_in_the_reason(
    tmp_path: Path, column: str, written: object, expected: str
) -> None:
    assert reason(tmp_path, **{column: written}) == {expected: 1}
    assert [(row["column_name"], row["reason"]) for row in rejects_of(tmp_path, "stay")] == [(column, expected)]


def test_a_number_that_is_whole_however_it_is_written_is_an_integer(tmp_path: Path) -> None:
    assert one(tmp_path, beds="3.0")["beds"] == 3
    assert one(tmp_path, beds=3.0)["beds"] == 3


def test_a_date_is_the_day_that_is_written_whatever_the_time_behind_it(tmp_path: Path) -> None:
    assert one(tmp_path, ended_on="2024-06-01T00:30:00+01:00")["ended_on"] == date(2024, 6, 1)


@pytest.mark.parametrize(
    ("column", "written", "passed"),
    [
        ("ward", "C", "OTHER"),
        ("ward", "a", "OTHER"),
        ("code", "E11 9991234567890123456789012345678901234567890123456789012345678901", "OTHER"),
        ("code", "Ada\nBrindle", "OTHER"),
        ("code", "-1", "OTHER"),
        ("code", "É11", "OTHER"),
        ("pain", "11", None),
        ("pain", "-1", None),
        ("pain", "3.5", None),
        ("pain", "much", None),
        ("clock", "9:30", None),
        ("clock", "246000", None),
    ],
)
def test_a_value_that_the_policy_does_not_know_passes_as_other_or_null_and_is_counted(
    tmp_path: Path, column: str, written: str, passed: str | None
) -> None:
    counts, rows = pseudonymised(tmp_path, "stay", [{**STAY, column: written}])
    assert rows[0][column] == passed
    assert counts.other_values == {column: 1}


@pytest.mark.parametrize(("written", "passed"), [("10:15:30", "101530"), ("235959.999999", "235959")])
def test_a_time_of_day_is_six_digits(tmp_path: Path, written: str, passed: str) -> None:
    assert one(tmp_path, clock=written)["clock"] == passed


def test_a_url_of_a_code_system_is_a_code(tmp_path: Path) -> None:
    assert one(tmp_path, code="http://snomed.info/sct")["code"] == "http://snomed.info/sct"


def test_only_the_values_of_kept_rows_are_counted_as_unknown(tmp_path: Path) -> None:
    counts, _ = pseudonymised(tmp_path, "stay", [{**STAY, "ward": "C", "started_at": None}])
    assert counts.other_values == {}


def test_every_row_is_kept_rejected_or_withheld_with_a_reason(tmp_path: Path) -> None:
    n = [nhs_number(serial) for serial in range(4)]
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "7", "nhs_number": n[0]},
            {"local_id": "8", "nhs_number": n[1]},
            {"local_id": "9", "nhs_number": n[2]},
            {"local_id": "10", "nhs_number": None},
            {"local_id": "11", "nhs_number": "1"},
        ],
    )
    people = people_of(tmp_path, ward(tmp_path, allowed=allowed(n[:2], opted_out=[n[1]])))
    rows = [
        {**STAY, "stay_id": str(serial), "local_id": local_id}
        for serial, local_id in enumerate(["7", "8", "9", "10", "11", "12", None])
    ]
    rows += [{**STAY, "stay_id": "0"}, {**STAY, "stay_id": "0"}, {}]
    counts, kept = pseudonymised(tmp_path, "stay", rows, people=people)
    assert counts == TableCounts(
        table="stay",
        read=10,
        kept=1,
        rejected={
            "duplicate": 2,
            "empty_row": 1,
            "nhs_number_invalid": 1,
            "nhs_number_missing": 1,
            "person_unknown": 2,
        },
        withheld={"opt_out_unchecked": 1, "opted_out": 1},
        other_values={},
    )
    assert [row["person_id"] for row in kept] == [ADA]


def test_the_rejects_say_which_row_and_why_and_no_one_withheld_is_among_them(tmp_path: Path) -> None:
    n = nhs_number(0)
    land(tmp_path / "ward", "link", [{"local_id": "7", "nhs_number": n}, {"local_id": "8", "nhs_number": None}])
    people = people_of(tmp_path, ward(tmp_path, allowed=allowed([n], opted_out=[n])))
    pseudonymised(tmp_path, "stay", [STAY, {**STAY, "stay_id": "s2", "local_id": "8"}], people=people)
    assert rejects_of(tmp_path, "stay") == [
        {
            "source": "ward",
            "table": "stay",
            "file": "stay.csv",
            "row": 2,
            "column_name": None,
            "reason": "nhs_number_missing",
        }
    ]


def test_of_rows_that_say_the_same_the_first_stays_even_across_files(tmp_path: Path) -> None:
    people = one_person(tmp_path)
    land(tmp_path / "ward", "stay", [{**STAY, "_file": "b.csv"}], part=0)
    land(tmp_path / "ward", "stay", [{**STAY, "_file": "a.csv", "_row": 9}], part=1)
    rejects_path = tmp_path / "rejects.parquet"
    counts = pseudonymise_table(
        duckdb.connect(),
        table("stay"),
        source="ward",
        landing=tmp_path / "ward" / "stay",
        people=people,
        keys=KEYS,
        out_path=tmp_path / "out.parquet",
        rejects_path=rejects_path,
    )
    assert (counts.kept, counts.rejected) == (1, {"duplicate": 1})
    assert [(row["file"], row["row"]) for row in pq.read_table(rejects_path).to_pylist()] == [("b.csv", 1)]


def test_rows_that_share_a_key_and_differ_are_both_kept(tmp_path: Path) -> None:
    counts, _ = pseudonymised(tmp_path, "stay", [{**STAY, "beds": "1"}, {**STAY, "beds": "2"}])
    assert (counts.kept, counts.rejected) == (2, {})


def test_rows_without_a_key_are_not_duplicates_of_each_other(tmp_path: Path) -> None:
    counts, _ = pseudonymised(tmp_path, "stay", [{**STAY, "stay_id": None}, {**STAY, "stay_id": None}])
    assert counts.kept == 2


def test_a_table_that_was_not_landed_gives_a_table_without_rows(tmp_path: Path) -> None:
    out_path, rejects_path = tmp_path / "out.parquet", tmp_path / "rejects.parquet"
    counts = pseudonymise_table(
        duckdb.connect(),
        table("stay"),
        source="ward",
        landing=tmp_path / "nothing",
        people=one_person(tmp_path),
        keys=KEYS,
        out_path=out_path,
        rejects_path=rejects_path,
    )
    assert counts == TableCounts("stay", 0, 0, {}, {}, {})
    assert pq.read_table(out_path).num_rows == pq.read_table(rejects_path).num_rows == 0


@pytest.mark.parametrize("name", ["stay", "note", "site"])
def test_a_table_without_rows_has_the_columns_and_types_of_one_with_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / "zone" / name / "_empty.parquet"
    connection = duckdb.connect()
    write_empty_table(connection, table(name), out_path=path)
    described = connection.execute(f"describe select * from read_parquet('{path}')").fetchall()
    assert [(column, kind) for column, kind, *_ in described] == output_schema(table(name))


def test_the_written_types_are_those_of_the_schema(tmp_path: Path) -> None:
    pseudonymised(tmp_path, "stay", [STAY])
    described = duckdb.execute(f"describe select * from '{tmp_path}/out/stay/ward.parquet'").fetchall()
    assert [(column, kind) for column, kind, *_ in described] == output_schema(table("stay"))


def test_a_reference_table_passes_without_a_person(tmp_path: Path) -> None:
    counts, rows = pseudonymised(tmp_path, "site", [{"site_id": 3, "name": "North"}, {"site_id": None}])
    assert rows == [{"site_id": 3, "source": "ward"}]
    assert counts.rejected == {"empty_row": 1}


@pytest.mark.parametrize("column", ["local_id", "started_at"])
def test_a_table_without_a_column_that_it_needs_is_refused_by_name(tmp_path: Path, column: str) -> None:
    row = {name: value for name, value in STAY.items() if name != column}
    with pytest.raises(PolicyError, match=f"ward: table stay has no column {column}"):
        pseudonymised(tmp_path, "stay", [row])


def test_an_identifiable_table_is_never_passed_on(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="never passed on"):
        pseudonymised(tmp_path, "link", [{"local_id": "7"}])


def test_counts_that_do_not_add_up_cannot_be_made() -> None:
    with pytest.raises(CountError, match="3 rows were read, but 2 are accounted for"):
        TableCounts("stay", 3, 1, {"duplicate": 1}, {}, {})


def test_the_output_is_the_same_bytes_whatever_the_order_of_rows_and_threads(tmp_path: Path) -> None:
    rows = [{**STAY, "stay_id": str(serial), "beds": str(serial % 7)} for serial in range(500)]
    files = set()
    for name, order in (("a", rows), ("b", rows[::-1])):
        pseudonymised(tmp_path / name, "stay", order)
        files.add((tmp_path / name / "out" / "stay" / "ward.parquet").read_bytes())
    assert len(files) == 1


def test_the_order_of_rows_does_not_tell_the_order_of_the_source(tmp_path: Path) -> None:
    land(
        tmp_path / "ward", "link", [{"local_id": str(serial), "nhs_number": nhs_number(serial)} for serial in range(20)]
    )
    rows = [{**STAY, "stay_id": str(serial), "local_id": str(serial)} for serial in range(20)]
    _, kept = pseudonymised(tmp_path, "stay", rows, people=people_of(tmp_path, ward(tmp_path)))
    persons = [str(row["person_id"]) for row in kept]
    assert persons == sorted(persons)


def test_another_key_changes_every_pseudonym_and_nothing_else(tmp_path: Path) -> None:
    row = {**STAY, "accession": "A1", "study": "1.2.3", "beds": "3"}
    results = []
    for name, keys in (("a", KEYS), ("b", SiteKeys(bytes(32)))):
        land(tmp_path / name / "ward", "link", [{"local_id": "7", "nhs_number": nhs_number(0)}])
        people = people_of(tmp_path / name, ward(tmp_path / name), keys=keys)
        results.append(pseudonymised(tmp_path / name, "stay", [row], people=people, keys=keys)[1][0])
    changed = {name for name in results[0] if results[0][name] != results[1][name]}
    assert changed == {"person_id", "stay_id", "accession", "study"}


def test_a_failure_leaves_the_table_that_was_there_and_nothing_half_written(tmp_path: Path) -> None:
    people = one_person(tmp_path)
    pseudonymised(tmp_path, "stay", [STAY], people=people)
    before = (tmp_path / "out" / "stay" / "ward.parquet").read_bytes()
    people.people.unlink()
    with pytest.raises(PseudonymisationError, match="ward: table stay: stopped by"):
        pseudonymised(tmp_path, "stay", [{**STAY, "beds": "1"}], people=people)
    assert (tmp_path / "out" / "stay" / "ward.parquet").read_bytes() == before
    assert [path.name for path in (tmp_path / "out" / "stay").iterdir()] == ["ward.parquet"]


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    pseudonymised(tmp_path, "stay", [STAY])
    for path in [*tmp_path.glob("out/stay/*"), *tmp_path.glob("rejects/*")]:
        assert path.stat().st_mode & 0o077 == 0
