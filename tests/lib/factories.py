"""A small pilot, request, policy and cohort, and the warehouse table that the cohort would be."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from expectations.facts import OptOutEvidence
from expectations.gate import GateResult, RuleResult
from orchestration.config import Approval, Cohort, CohortColumn, Document, Pilot, Request, SitePolicy, Standard
from orchestration.release.candidate import Candidate, build_candidate, read_attrition
from orchestration.release.manifest import Origin
from orchestration.release.signing import SigningKey, create_signing_key

TODAY = date(2026, 3, 2)
KEY_CHECK_VALUE = "0a1b2c3d"
OPT_OUT = OptOutEvidence(applies=True, listed_on=date(2026, 2, 20), max_age_days=21, reason=None)

COLUMNS = (
    ("person_id", "varchar", "The person's site pseudonym."),
    ("index_at", "timestamp", "Start of the stay."),
    ("prediction_at", "timestamp", "Time of the prediction."),
    ("label_sepsis_onset_6h", "boolean", "Whether sepsis began in the next 6 hours."),
    ("label_sepsis_onset_6h_at", "timestamp", "When sepsis began."),
    ("censor_reason", "varchar", "Why the horizon was not observed."),
    ("feature_age_years", "integer", "Completed years of age."),
    ("feature_heart_rate_per_min", "double", "Last heart rate, per minute."),
    ("subgroup_sex_code", "varchar", "NHS person stated gender."),
    ("subgroup_site", "varchar", "ODS code of the site."),
    ("split", "varchar", "held_out or tuning."),
)

# Two stays a person, from odd minutes of different days; a person in two has an onset some minutes after a full hour.
WAREHOUSE = """
    create or replace table cohort_sepsis_onset as
    with stays as (
        select
            person,
            md5('site ' || person) as person_id,
            timestamp '2025-03-01 09:41:00' + person * interval 97 minutes + stay * interval 1003 hours as index_at,
            person % 2 = 0 and stay = 1 as has_onset
        from range({people}) as people (person), range(2) as stays (stay)
    ),
    hours as (
        select *, index_at + hour * interval 1 hour as prediction_at, index_at + interval 490 minutes as onset_at
        from stays, range(9) as hours (hour)
    )
    select
        person_id,
        index_at,
        prediction_at,
        has_onset and onset_at <= prediction_at + interval 6 hours as label_sepsis_onset_6h,
        case when has_onset and onset_at <= prediction_at + interval 6 hours then onset_at end
            as label_sepsis_onset_6h_at,
        'none' as censor_reason,
        cast(30 + person % 70 as integer) as feature_age_years,
        case when hour < 2 then null else 60.5 + person % 30 + hour end::double as feature_heart_rate_per_min,
        case when person % 3 = 0 then '1' else '2' end as subgroup_sex_code,
        'RJ1' as subgroup_site,
        case when person % 5 = 0 then 'tuning' else 'held_out' end as split
    from hours
    order by hash(person_id, prediction_at)
"""


def make_warehouse(connection: duckdb.DuckDBPyConnection, *, people: int = 40) -> None:
    """Make the cohort's table and its attrition table."""
    connection.execute(WAREHOUSE.format(people=people))
    connection.execute("""
        create or replace table attrition_sepsis_onset as
        select 2 as step_number, 'Prediction hours' as step, count(distinct person_id) as people, count(*) as rows_left
        from cohort_sepsis_onset
        union all select 1, 'People known to the trust', 1003, 1003
    """)


def make_cohort(**changes: Any) -> Cohort:
    """Return a cohort with the columns of the table."""
    known = {
        "name": "cohort_sepsis_onset",
        "description": "One row per adult in hospital and hour.",
        "version": "1.0.0",
        "question": "Will this person develop sepsis within the next 6 hours?",
        "grain": ("person_id", "prediction_at"),
        "time_unit": "hours",
        "label": "label_sepsis_onset_6h",
        "horizon": "The 6 hours after the prediction.",
        "standards": (Standard(name="Sepsis-3", version="2016", url="https://doi.org/10.1001/jama.2016.0287"),),
        "codelists": ("loinc__vital_sign_v1",),
        "limits": ("Small and made up.",),
        "columns": tuple(CohortColumn(name=n, data_type=t, description=d) for n, t, d in COLUMNS),
    }
    return Cohort(**{**known, **changes})


def make_request(**changes: Any) -> Request:
    """Return a request that two people approved."""
    known = {
        "name": "sepsis_onset",
        "pilot": "sepsis-pilot",
        "cohort": "cohort_sepsis_onset",
        "version": "1.0.0",
        "columns": "all",
        "purpose": "Local evaluation",
        "requested_by": "Ada Requester",
        "recipients": ("Evaluation team",),
        "approvals": (
            Approval(role="Caldicott Guardian", name="Cal Guardian", approved_on=date(2026, 2, 1)),
            Approval(role="SIRO", name="Sid Iro", approved_on=date(2026, 2, 2)),
        ),
        "expires_on": date(2027, 3, 2),
    }
    return Request(**{**known, **changes})


def make_pilot(**changes: Any) -> Pilot:
    """Return a pilot whose documents are in force."""
    document = Document(reference="DOC-1", approved_on=date(2026, 1, 5), expires_on=date(2027, 1, 5))
    known = {
        "name": "sepsis-pilot",
        "product": "SepsisWatch",
        "vendor": "Example Ltd",
        "use_case": "Early warning",
        "owner": "Consultant",
        "ics": "north-central",
        "stage": "pilot",
        "dpia": document,
        "dsa": document,
    }
    return Pilot(**{**known, **changes})


def make_policy(**changes: Any) -> SitePolicy:
    """Return a policy that the small cohort satisfies."""
    known = {
        "version": 1,
        "site": "Synthetic trust",
        "min_people": 10,
        "min_events": 10,
        "min_non_events": 10,
        "opt_out_list": None,
        "postcode_lookup": None,
    }
    return SitePolicy(**{**known, **changes})


def make_origin(request: Request | None = None, **changes: Any) -> Origin:
    """Return where a release comes from."""
    known = {
        "request": request or make_request(),
        "cohort_version": "1.0.0",
        "policies": {"site": 1, "omop": 1},
        "codelists": {"loinc__vital_sign_v1": "0" * 64},
        "code": "1" * 64,
        "libraries": {"duckdb": "2.0.0"},
        "key_check_values": {"site": KEY_CHECK_VALUE},
        "opt_out": {"applied": True, "listed_on": "2026-02-20"},
    }
    return Origin(**{**known, **changes})


def make_signing_key(folder: Path, *, seed: int = 1) -> SigningKey:
    """Return the signing key that a number stands for."""
    folder.mkdir(parents=True, exist_ok=True)
    return create_signing_key(folder, randomness=lambda size: bytes([seed]) * size)


def project_pseudonyms(site: pa.Array) -> pa.Array:
    """Return made-up project pseudonyms in the order of the site's."""
    made = [hashlib.sha256(f"project {person}".encode()).hexdigest()[:32] for person in site.to_pylist()]
    return pa.array(made, pa.string())


def make_candidate(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, request: Request | None = None, cohort: Cohort | None = None
) -> Candidate:
    """Return the candidate of the small cohort."""
    cohort = cohort or make_cohort()
    return build_candidate(
        connection,
        cohort=cohort,
        request=request or make_request(),
        project_pseudonyms=project_pseudonyms,
        key_check_value=KEY_CHECK_VALUE,
        attrition=read_attrition(connection, cohort),
        folder=folder,
    )


def gate_result(*, broken: Sequence[str] = (), rules: Sequence[str] = ("rule_one", "rule_two")) -> GateResult:
    """Return a gate's result in which the named rules do not hold."""
    return GateResult(
        cohort="cohort_sepsis_onset",
        suite_version=1,
        rules=tuple(RuleResult(name, f"why {name}", name not in broken, int(name in broken)) for name in rules),
        figures={"rows": 720, "people": 40, "events": 20, "non_events": 20},
    )
