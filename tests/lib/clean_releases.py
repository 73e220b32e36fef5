"""Small releases that break no rule, made from nothing but row numbers, and what the gate is told about them."""

from datetime import date
from pathlib import Path

import duckdb

from expectations.facts import Approval, Column, DatedDocument, GateFacts, OptOutEvidence

TODAY = date(2026, 3, 2)
PEOPLE = 40

# Everyone has two stays, every second person an onset an hour after the last row; the oldest is 90.
SEPSIS = f"""
    select
        md5('person ' || person) as person_id,
        stay * 1000 as index_hours,
        stay * 1000 + hour as prediction_hours,
        person % 2 = 0 and stay = 1 and hour >= 3 as label_sepsis_onset_6h,
        case when person % 2 = 0 and stay = 1 and hour >= 3 then 1009 end as label_sepsis_onset_6h_hours,
        case when hour >= 3 and (person % 2 = 1 or stay = 0) then 'discharge' else 'none' end as censor_reason,
        51 + person as feature_age_years,
        60.5 + hour as feature_heart_rate_last,
        (25 + 10 * (person // 10)) || '-' || (34 + 10 * (person // 10)) as subgroup_age_band,
        case when person % 3 = 0 then '1' else '2' end as subgroup_sex_code,
        case when person % 5 = 0 then null else 'A' end as subgroup_ethnic_category,
        1 + person % 10 as subgroup_imd_decile,
        'RJ1' as subgroup_site,
        case when person % 4 = 0 then 'tuning' else 'held_out' end as split
    from range({PEOPLE}) as people (person), range(2) as stays (stay), range(9) as hours (hour)
"""
SEPSIS_TYPES = (
    *("VARCHAR", "BIGINT", "BIGINT", "BOOLEAN", "BIGINT", "VARCHAR", "INTEGER", "DOUBLE"),
    *("VARCHAR", "VARCHAR", "VARCHAR", "INTEGER", "VARCHAR", "VARCHAR"),
)

EYE = f"""
    select
        md5('person ' || person) as person_id,
        screening * 365 as index_days,
        screening * 365 as prediction_days,
        screening * 365 as screened_days,
        eye,
        case when person % 2 = 0 then 'R2' else 'R1' end as label_retinopathy_grade,
        'M0' as label_maculopathy_grade,
        'P0' as label_photocoagulation_grade,
        person % 2 = 0 as label_is_referable,
        screening * 365 + person % 3 as label_is_referable_days,
        'none' as censor_reason,
        51 + person as feature_age_years,
        'RJ1' as subgroup_site,
        case when person % 4 = 0 then 'tuning' else 'held_out' end as split
    from range({PEOPLE}) as people (person), range(2) as screenings (screening), (values ('L'), ('R')) as eyes (eye)
"""
EYE_TYPES = (
    *("VARCHAR", "BIGINT", "BIGINT", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"),
    *("BOOLEAN", "BIGINT", "VARCHAR", "INTEGER", "VARCHAR", "VARCHAR"),
)

QUERIES = {"cohort_sepsis_onset": (SEPSIS, SEPSIS_TYPES), "cohort_diabetic_eye": (EYE, EYE_TYPES)}
ORDERS = {
    "cohort_sepsis_onset": "person_id, index_hours, prediction_hours",
    "cohort_diabetic_eye": "person_id, index_days, screened_days, eye",
}


def make_tables(connection: duckdb.DuckDBPyConnection, cohort: str) -> None:
    """Make the table `clean`, and the two relations that the gate looks people and identifiers up in."""
    query, types = QUERIES[cohort]
    names = connection.execute(f"describe {query}").fetchall()
    cast = ", ".join(f"cast({name[0]} as {kind}) as {name[0]}" for name, kind in zip(names, types, strict=True))
    connection.execute(f"create or replace table clean as select {cast} from ({query}) order by {ORDERS[cohort]}")
    connection.execute("create or replace table opted_out as select md5('opted out') as person_id")
    known = "('Zebedee'), ('Tuning'), ('4010232137'), ('SE1 7EH'), ('zz-mrn-0001'), ('1'), (null)"
    connection.execute(f"create or replace table known_identifiers as select * from (values {known}) as k (value)")


def write_release(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> Path:
    """Write the rows of a query, in their order, as the one file of a release."""
    connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
    return path


def clean_facts(connection: duckdb.DuckDBPyConnection, cohort: str) -> GateFacts:
    """Return what the gate is told about the table `clean`."""
    columns = connection.execute("select column_name, column_type from (describe clean)").fetchall()
    unit = "hours" if cohort == "cohort_sepsis_onset" else "days"
    is_sepsis = cohort == "cohort_sepsis_onset"
    return GateFacts(
        cohort=cohort,
        columns=tuple(Column(name, kind) for name, kind in columns),
        grain=("person_id", "prediction_hours") if is_sepsis else ("person_id", "screened_days", "eye"),
        index=f"index_{unit}",
        prediction=f"prediction_{unit}",
        label="label_sepsis_onset_6h" if is_sepsis else "label_is_referable",
        label_times=("label_sepsis_onset_6h_hours",) if is_sepsis else ("label_is_referable_days",),
        min_people=PEOPLE,
        min_events=PEOPLE // 2,
        min_non_events=PEOPLE // 2,
        opted_out="opted_out",
        known_identifiers="known_identifiers",
        documents=tuple(DatedDocument(kind, date(2026, 1, 5), TODAY) for kind in ("DPIA", "DSA", "request")),
        opt_out=OptOutEvidence(applies=True, listed_on=date(2026, 2, 9), max_age_days=21, reason=None),
        requested_by="Ada Requester",
        approvals=(Approval("Cal Guardian", date(2026, 2, 1)), Approval("Sid Iro", TODAY)),
        key_check_value="0a1b2c3d",
        registered_key_check_value="0a1b2c3d",
        today=TODAY,
    )
