"""How a cohort becomes a candidate."""

import json

import duckdb
import pyarrow as pa
import pytest

from orchestration.duck import connect
from orchestration.release.candidate import AttritionStep, build_candidate, open_candidate
from orchestration.release.errors import CandidateError
from tests.lib.factories import (
    KEY_CHECK_VALUE,
    make_candidate,
    make_cohort,
    make_request,
    make_warehouse,
    project_pseudonyms,
)


@pytest.fixture
def connection():
    connection = duckdb.connect()
    make_warehouse(connection)
    return connection


def rows_of(candidate, query: str):
    return duckdb.sql(query.replace("candidate", f"'{candidate.paths[0]}'")).fetchall()


def test_each_person_has_the_projects_pseudonym_in_place_of_the_sites(connection, tmp_path):
    candidate = make_candidate(connection, tmp_path / "q")
    site = {person for (person,) in connection.execute("select distinct person_id from cohort_sepsis_onset").fetchall()}

    found = {person for (person,) in rows_of(candidate, "select distinct person_id from candidate")}
    assert found == set(project_pseudonyms(pa.array(sorted(site))).to_pylist())
    assert (candidate.people, candidate.rows) == (40, 720)


def test_times_count_whole_hours_from_the_persons_first_index(connection, tmp_path):
    candidate = make_candidate(connection, tmp_path / "q")

    indexes = rows_of(candidate, "select distinct index_hours from candidate order by 1")
    hours = rows_of(candidate, "select distinct prediction_hours - index_hours from candidate order by 1")
    assert indexes == [(0,), (1003,)]
    assert hours == [(hour,) for hour in range(9)]


def test_an_outcome_is_rounded_up_so_that_it_stays_after_the_predictions_before_it(connection, tmp_path):
    # The onset comes 490 minutes after the index: after the prediction at 8 hours, within 6 of that at 3.
    candidate = make_candidate(connection, tmp_path / "q")

    query = """
        select distinct label_sepsis_onset_6h_hours - index_hours, min(prediction_hours - index_hours),
            max(prediction_hours - index_hours)
        from candidate where label_sepsis_onset_6h group by all
    """
    assert rows_of(candidate, query) == [(9, 3, 8)]


@pytest.mark.parametrize(
    ("time", "hours"),
    [
        ("09:41:00", 0), ("10:40:59.999999", 0), ("10:41:00", 1), ("09:40:59.999999", -1), ("08:41:00", -1),
        ("08:40:59", -2),
    ],
)  # fmt: skip
def test_a_time_before_the_index_is_rounded_down_too(time, hours, connection, tmp_path):
    connection.execute("alter table cohort_sepsis_onset add column feature_seen_at timestamp")
    connection.execute(f"update cohort_sepsis_onset set feature_seen_at = cast(index_at as date) + time '{time}'")
    connection.execute("delete from cohort_sepsis_onset where person_id <> md5('site 0')")
    cohort = make_cohort()
    column = cohort.columns[1].model_copy(update={"name": "feature_seen_at"})
    cohort = make_cohort(columns=(*cohort.columns, column))

    candidate = make_candidate(connection, tmp_path / "q", cohort=cohort)
    query = "select distinct feature_seen_hours from candidate where index_hours = 0"
    assert rows_of(candidate, query) == [(hours,)]


def test_no_column_of_the_candidate_holds_a_date_or_a_time(connection, tmp_path):
    candidate = make_candidate(connection, tmp_path / "q")

    types = {row[1] for row in rows_of(candidate, "describe select * from candidate")}
    assert types == {"VARCHAR", "BIGINT", "BOOLEAN", "INTEGER", "DOUBLE"}


def test_ages_stop_at_ninety(connection, tmp_path):
    make_warehouse(connection, people=70)
    candidate = make_candidate(connection, tmp_path / "q")

    before = connection.execute("select max(feature_age_years) from cohort_sepsis_onset").fetchall()
    assert before == [(99,)]
    assert rows_of(candidate, "select max(feature_age_years) from candidate") == [(90,)]


def test_rows_stand_in_the_order_of_the_projects_pseudonyms(connection, tmp_path):
    candidate = make_candidate(connection, tmp_path / "q")

    keys = rows_of(candidate, "select person_id, index_hours, prediction_hours from candidate")
    assert keys == sorted(keys)


def test_only_the_columns_that_were_asked_for_are_there(connection, tmp_path):
    request = make_request(columns=("feature_age_years",))
    candidate = make_candidate(connection, tmp_path / "q", request=request)

    names = [row[0] for row in rows_of(candidate, "describe select * from candidate")]
    assert "feature_heart_rate_per_min" not in names
    assert "subgroup_site" not in names


@pytest.mark.parametrize("people", [40, 20_000])
def test_the_bytes_do_not_depend_on_threads_or_on_the_order_of_the_warehouse(people, tmp_path):
    digests = set()
    for threads, order in ((1, "person_id"), (2, "hash(person_id)"), (4, "prediction_at, person_id desc")):
        connection = duckdb.connect(config={"threads": threads})
        make_warehouse(connection, people=people)
        connection.execute(f"create or replace table cohort_sepsis_onset as from cohort_sepsis_onset order by {order}")
        digests.add(make_candidate(connection, tmp_path / "q").paths[0].read_bytes())

    assert len(digests) == 1


def test_a_locked_connection_to_a_warehouse_that_it_only_reads_is_enough(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        make_warehouse(connection)
    folder = tmp_path / "quarantine" / "sepsis_onset"
    locked = connect(allowed_directories=[folder], database=warehouse, read_only=True)

    assert make_candidate(locked, folder).rows == 720


def test_a_candidate_takes_the_place_of_the_one_before_and_can_be_opened_again(connection, tmp_path):
    folder = tmp_path / "q"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "left_over.parquet").touch()
    candidate = make_candidate(connection, folder)

    assert open_candidate(folder) == candidate
    assert candidate.attrition[0] == AttritionStep("People known to the trust", 1003, 1003)
    assert sorted(path.name for path in folder.rglob("*")) == ["candidate.json", "cohort.parquet", "data"]
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]} == {0}


def test_a_folder_in_which_no_candidate_was_finished_is_refused(tmp_path):
    with pytest.raises(CandidateError, match="no finished candidate"):
        open_candidate(tmp_path)


@pytest.mark.parametrize(
    "pseudonyms",
    [
        lambda site: site,
        lambda site: pa.array(["0" * 32] * len(site)),
        lambda site: project_pseudonyms(site)[1:],
        lambda site: pa.array([f"{number:031}x" for number in range(len(site))]),
        lambda site: pa.array([None] * len(site), pa.string()),
    ],
)
def test_pseudonyms_that_are_not_one_new_one_per_person_are_refused(pseudonyms, connection, tmp_path):
    with pytest.raises(CandidateError) as refused:
        build_candidate(
            connection,
            cohort=make_cohort(),
            request=make_request(),
            project_pseudonyms=pseudonyms,
            key_check_value=KEY_CHECK_VALUE,
            attrition=(),
            folder=tmp_path / "q",
        )
    assert "0000000000" not in str(refused.value)
    with pytest.raises(CandidateError):
        open_candidate(tmp_path / "q")


def test_a_row_without_a_person_is_refused(connection, tmp_path):
    connection.execute("update cohort_sepsis_onset set person_id = null where index_at = prediction_at")
    with pytest.raises(CandidateError, match="without a person"):
        make_candidate(connection, tmp_path / "q")


def test_the_description_of_a_candidate_holds_counts_and_no_person(connection, tmp_path):
    candidate = make_candidate(connection, tmp_path / "q")
    known = json.loads((candidate.folder / "candidate.json").read_text())

    assert known.keys() == {"files", "rows", "people", "key_check_value", "attrition"}
