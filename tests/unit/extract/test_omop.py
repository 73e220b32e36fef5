import gzip
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import ExtractError
from orchestration.extract.landing import Landed, Reject
from orchestration.extract.omop import read
from pseudonymisation.policy import load_policy

TABLES = {name: load_policy("omop").tables[name] for name in ("death", "care_site")}
DEATHS = "person_id,death_date,death_datetime,cause_source_value\n1,2024-01-02,,x\n2,2024-01-03,,y\n"


def landed_of(source: Path, into: Path) -> dict[str, tuple[Landed, list[Reject]]]:
    return {table.table: (table, rejects) for table, rejects in read(source, TABLES, into, spill=into)}


def rows_of(into: Path, table: str) -> list[tuple[object, ...]]:
    return duckdb.sql(f"select * from '{into}/{table}/*.parquet' order by _file, _row").fetchall()


@pytest.mark.parametrize("name", ["death.csv", "DEATH.CSV", "cdm/Death.csv.gz", "death/part-0000.csv"])
def test_a_table_is_found_in_any_letter_case_and_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "source" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(DEATHS.encode()) if name.endswith("gz") else DEATHS.encode())
    table, _ = landed_of(tmp_path / "source", tmp_path / "into")["death"]
    assert (table.read, table.landed, table.rejected) == (2, 2, {})


def test_a_column_that_no_policy_names_is_dropped_and_named(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_text(DEATHS.replace("cause_source_value", "next_of_kin_phone"))
    table, _ = landed_of(tmp_path, tmp_path / "into")["death"]
    assert table.dropped == ("next_of_kin_phone",)
    assert len(rows_of(tmp_path / "into", "death")[0]) == len(("person_id", "death_date", "death_datetime")) + 2


@pytest.mark.parametrize("table", ["death", "care_site"])
def test_a_file_without_its_header_stops_the_source_and_shows_nothing_of_its_first_row(
    tmp_path: Path, table: str
) -> None:
    (tmp_path / f"{table}.csv").write_text("9990000018,Brindlewacke,SE3 7ZQ\n2,x,y\n")
    with pytest.raises(ExtractError, match=f"{table}: column") as raised:
        landed_of(tmp_path, tmp_path / "into")
    assert not [value for value in ("9990000018", "Brindlewacke", "SE3") if value in str(raised.value)]


def test_a_dropped_column_whose_name_is_no_name_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_text(DEATHS.replace("cause_source_value", "seen by Dr Brindlewacke 9990000018"))
    table, _ = landed_of(tmp_path, tmp_path / "into")["death"]
    assert table.dropped == ("(not a name)",)


def test_a_row_keeps_its_file_and_its_place(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_text(DEATHS)
    landed_of(tmp_path, tmp_path / "into")
    assert [row[-2:] for row in rows_of(tmp_path / "into", "death")] == [("death.csv", 1), ("death.csv", 2)]


def test_a_ragged_line_is_rejected_with_its_line_number_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_text(DEATHS + "3,2024\n4,2024-01-05,,z\n")
    table, rejects = landed_of(tmp_path, tmp_path / "into")["death"]
    assert (table.read, table.landed, table.rejected) == (4, 3, {"unreadable_line": 1})
    assert [(reject.file, reject.row) for reject in rejects] == [("death.csv", 4)]


def test_bad_bytes_cost_one_line_and_not_the_file(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_bytes(DEATHS.encode() + b"3,2024-01-04,\xff\xfe,z\n4,2024-01-05,,z\n")
    table, _ = landed_of(tmp_path, tmp_path / "into")["death"]
    assert (table.landed, table.rejected) == (3, {"unreadable_line": 1})


def test_quotes_and_line_breaks_inside_a_field_are_one_row(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_text(DEATHS + '3,2024-01-04,,"said ""no"",\nthen left"\n')
    table, _ = landed_of(tmp_path, tmp_path / "into")["death"]
    assert (table.landed, table.rejected) == (3, {})


def test_a_truncated_parquet_file_is_one_reject_and_the_other_file_stays(tmp_path: Path) -> None:
    (tmp_path / "death").mkdir()
    for part in (0, 1):
        duckdb.sql("select 1 as person_id, date '2024-01-02' as death_date").write_parquet(
            str(tmp_path / "death" / f"part-{part}.parquet")
        )
    broken = tmp_path / "death" / "part-1.parquet"
    broken.write_bytes(broken.read_bytes()[:-20])
    table, rejects = landed_of(tmp_path, tmp_path / "into")["death"]
    assert (table.landed, table.rejected) == (1, {"unreadable_file": 1})
    assert rejects == [Reject("death", "part-1.parquet", None, None, "unreadable_file")]


def test_a_missing_column_says_which_and_quotes_no_row(tmp_path: Path) -> None:
    (tmp_path / "death.csv").write_text("person_id,died\n1,2024-01-02\n")
    with pytest.raises(ExtractError, match="death: column death_date is missing"):
        landed_of(tmp_path, tmp_path / "into")


def test_a_table_that_holds_only_its_header_as_a_row_lands_nothing(tmp_path: Path) -> None:
    database = tmp_path / "cdm.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table DEATH as select 'PERSON_ID' as column0, 'DEATH_DATE' as column1")
    table, _ = landed_of(database, tmp_path / "into")["death"]
    assert (table.read, table.rejected) == (1, {"header_read_as_row": 1})


def test_counts_that_do_not_add_up_are_an_error() -> None:
    with pytest.raises(ExtractError, match="read 3 rows, but landed 1 and rejected 1"):
        Landed("death", 3, 1, {"unreadable_line": 1})
