"""Faults to plant in a clean release, at least one for each rule of the gate.

A fault says what is done to the rows, to what the gate is told, or to the file, and which other rules see it too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from expectations.facts import Approval, Column, DatedDocument, GateFacts, OptOutEvidence
from tests.lib.clean_releases import ORDERS, TODAY

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
CLEAN = "select * from clean order by rowid"
TEXT = "text_as_listed"
# One of each kind; the ways in which people write them are in the tests of `patterns`.
IDENTIFIERS = ("943 476 5919", "SE1 7EX", "jo.bloggs@example.nhs.uk", "07700 900123", "AB123456C")


@dataclass(frozen=True)
class Fault:
    """One thing done to a clean release, and the rules beside its own that see it too."""

    query: str = CLEAN
    setup: str = "select 1"
    facts: Callable[[GateFacts], GateFacts] = lambda facts: facts
    file: Callable[[Path], None] = lambda path: None
    also: tuple[str, ...] = ()


def all_rows(column: str, value: str, *also: str) -> Fault:
    """Put one SQL value into every row of a column."""
    return Fault(query=f"select * replace ({value} as {column}) from clean order by rowid", also=also)


def first_row(column: str, value: str, *also: str) -> Fault:
    """Put one SQL value into the first row of a column."""
    return all_rows(column, f"case when rowid = 0 then {value} else {column} end", *also)


def last_row(column: str, value: str, *also: str) -> Fault:
    """Put one SQL value into the last row of a column."""
    return all_rows(column, f"case when rowid = (select max(rowid) from clean) then {value} else {column} end", *also)


def extra_column(value: str, *also: str) -> Fault:
    """Add one column that was asked for and has the type that was asked for."""
    kind = duckdb.sql(f"select typeof({value})").fetchall()[0][0]
    return Fault(
        query=f"select *, {value} as feature_extra from clean order by rowid",
        facts=lambda facts: replace(facts, columns=(*facts.columns, Column("feature_extra", kind))),
        also=also,
    )


def ordered_by(order: str) -> Fault:
    """Write the rows in another order."""
    return Fault(query=f"select * from clean order by {order}")


def told(**changes: object) -> Fault:
    """Tell the gate something else."""
    return Fault(facts=lambda facts: replace(facts, **changes))


def documents(change: Callable[[DatedDocument], DatedDocument]) -> Fault:
    """Tell the gate of other documents."""
    return Fault(facts=lambda facts: replace(facts, documents=tuple(map(change, facts.documents))))


def opt_out(**changes: object) -> Fault:
    """Tell the gate of another opt-out list."""
    return Fault(facts=lambda facts: replace(facts, opt_out=replace(facts.opt_out, **changes)))


def approved_by(*names: str) -> Fault:
    """Tell the gate of other approvers."""
    return told(approvals=tuple(Approval(name, YESTERDAY) for name in names))


def written_by_another(path: Path) -> None:
    """Write the file anew with another program."""
    pq.write_table(pq.read_table(path), path, store_schema=False)


def written_with_metadata(path: Path) -> None:
    """Write the file anew with an entry of its own in the metadata."""
    connection = duckdb.connect()
    connection.execute(f"create table release as from '{path}'")
    connection.execute(f"copy release to '{path}' (format parquet, kv_metadata {{written_by: 'a user'}})")


def common_faults(cohort: str, *, unit: str, gap: tuple[str, ...] = ()) -> dict[str, tuple[Fault, ...]]:
    """Return the faults for the rules that every cohort has. `gap` names the rules that see a prediction too many."""
    index, prediction = f"index_{unit}", f"prediction_{unit}"
    first_person = "person_id = (select min(person_id) from clean)"
    twice = f"select * from (from clean union all by name from clean where rowid = 0) order by {ORDERS[cohort]}"
    return {
        "columns_as_requested": (
            Fault(query="select *, 1 as feature_extra from clean order by rowid"),
            Fault(
                query="select * exclude (feature_age_years) from clean order by rowid", also=("types_as_contracted",)
            ),
            Fault(query="select feature_age_years, * exclude (feature_age_years) from clean order by rowid"),
        ),
        "types_as_contracted": (
            all_rows("feature_age_years", "cast(feature_age_years as bigint)"),
            extra_column("['free', 'text']"),
            extra_column("{'word': 'free text'}"),
            extra_column("'free text'::blob"),
        ),
        TEXT: (extra_column("'free text'"), first_row("subgroup_site", "'St Elsewhere'")),
        "no_absolute_times": (
            extra_column("date '2024-02-29'", "types_as_contracted"),
            extra_column("timestamp '2024-02-29 10:00:00'", "types_as_contracted"),
            extra_column("time '10:00:00'", "types_as_contracted"),
            extra_column("'2024-02-29'", TEXT),
            extra_column("'2024/2/9 at noon'", TEXT),
            extra_column("'seen on 29.02.2024'", TEXT),
            extra_column("'20240229'", TEXT),
            extra_column("20240229"),
        ),
        "one_row_per_grain": (Fault(query=twice, also=gap),),
        "keys_present": (last_row(index, "null"),),
        "person_id_is_pseudonym": (
            all_rows("person_id", f"case when {first_person} then '0123' else person_id end"),
            all_rows("person_id", "upper(person_id)"),
            all_rows("person_id", "'0' || person_id"),
        ),
        "key_as_registered": (
            told(key_check_value="ffffffff"),
            told(key_check_value="", registered_key_check_value=""),
        ),
        "no_opted_out_person": (Fault(setup="insert into opted_out select max(person_id) from clean"),),
        "no_known_identifier": (
            extra_column("'Zebedee'", TEXT),
            extra_column("' zebedee '", TEXT),
            Fault(setup="insert into known_identifiers values ('rj1')"),
            Fault(setup="insert into known_identifiers select min(person_id) from clean"),
        ),
        "no_identifier_pattern": (
            *(extra_column(f"'{text}'", TEXT) for text in IDENTIFIERS),
            extra_column("9434765919"),
            extra_column("9434765919.0::double"),
        ),
        "prediction_not_before_index": (first_row(prediction, f"{index} - 1"),),
        "age_top_coded": (
            all_rows("feature_age_years", "cast(feature_age_years + 60 as integer)"),
            first_row("feature_age_years", "91"),
        ),
        "enough_people": (told(min_people=41),),
        "enough_events": (told(min_events=21),),
        "enough_non_events": (told(min_non_events=21),),
        "documents_in_date": (
            documents(lambda document: replace(document, expires_on=YESTERDAY)),
            documents(lambda document: replace(document, kind="DPIA")),
            documents(lambda document: replace(document, approved_on=TOMORROW)),
            told(documents=()),
        ),
        "opt_out_list_fresh": (
            opt_out(listed_on=TODAY - timedelta(days=22)),
            opt_out(listed_on=TOMORROW),
            opt_out(listed_on=None),
            told(opt_out=OptOutEvidence(applies=False, listed_on=None, max_age_days=21, reason=None)),
            told(opt_out=OptOutEvidence(applies=False, listed_on=TODAY, max_age_days=21, reason=" ")),
        ),
        "approved_by_two": (
            approved_by(),
            approved_by("Cal Guardian"),
            approved_by("Cal Guardian", "cal  guardian "),
            approved_by("Cal Guardian", "Sid Iro", "ada requester"),
            approved_by("Cal Guardian", " "),
            told(approvals=(Approval("Cal Guardian", YESTERDAY), Approval("Sid Iro", TOMORROW))),
        ),
        "split_by_person": (
            last_row("split", "case when split = 'tuning' then 'held_out' else 'tuning' end"),
            all_rows("split", f"case when {first_person} then null else split end"),
        ),
        "row_order_carries_nothing": (
            ordered_by("person_id desc, rowid"),
            ordered_by("md5(person_id), rowid"),
            ordered_by("case rowid when 0 then 1 when 1 then 0 else rowid end"),
        ),
        "file_metadata_clean": (Fault(file=written_by_another), Fault(file=written_with_metadata)),
    }


def sepsis_faults() -> dict[str, tuple[Fault, ...]]:
    """Return the faults for a release of `cohort_sepsis_onset`."""
    onset, label = "label_sepsis_onset_6h_hours", "label_sepsis_onset_6h"
    order = ORDERS["cohort_sepsis_onset"]
    shifted = ", ".join(f"{name} + 17 as {name}" for name in ("index_hours", "prediction_hours", onset))
    common = common_faults("cohort_sepsis_onset", unit="hours", gap=("one_row_per_hour",))
    return {
        **common,
        "no_absolute_times": (
            *common["no_absolute_times"],
            Fault(query=f"select * replace ({shifted}) from clean order by rowid"),
        ),
        "label_after_prediction": (
            all_rows(onset, f"{onset} - 1", "no_row_after_onset", "negative_outside_horizon"),
            all_rows(onset, f"{onset} - 3", "no_row_after_onset", "negative_outside_horizon"),
        ),
        "age_top_coded": (*common["age_top_coded"], first_row("subgroup_age_band", "'91-95'", TEXT)),
        "one_row_per_hour": (Fault(query="select * from clean where prediction_hours <> 4 order by rowid"),),
        "no_row_after_week": (
            Fault(
                query=f"""
                    from clean union all by name select clean.* replace (hour as prediction_hours)
                    from clean, range(9, 169) as hours (hour) where prediction_hours = 8 order by {order}
                """
            ),
        ),
        "no_row_after_onset": (
            Fault(
                query=f"""
                    select * replace (
                        case when prediction_hours between 1002 and 1007 then {onset} - 1 end as {onset},
                        index_hours = 1000 and {onset} is not null and prediction_hours <= 1007 as {label}
                    )
                    from clean order by rowid
                """,
                also=("negative_outside_horizon",),
            ),
        ),
        "positive_within_horizon": (
            all_rows(onset, f"{onset} + 5", "negative_outside_horizon"),
            all_rows(onset, "cast(null as bigint)", "negative_outside_horizon"),
        ),
        "negative_outside_horizon": (
            all_rows(label, f"{label} and prediction_hours <> 1006"),
            Fault(
                query=f"""
                    select * replace (
                        {label} and prediction_hours <> 1006 as {label},
                        case when prediction_hours <> 1006 then {onset} end as {onset}
                    )
                    from clean order by rowid
                """
            ),
            Fault(
                query=f"""
                    select * replace (
                        {label} and prediction_hours > 1004 as {label},
                        case when prediction_hours > 1004 then {onset} end as {onset}
                    )
                    from clean order by rowid
                """
            ),
            all_rows(label, f"case when index_hours = 1000 then {label} end"),
        ),
    }


def eye_faults() -> dict[str, tuple[Fault, ...]]:
    """Return the faults for a release of `cohort_diabetic_eye`."""
    label, retinopathy = "label_is_referable", "label_retinopathy_grade"
    common = common_faults("cohort_diabetic_eye", unit="days")
    return {
        # The other faults of these rules are planted in the other cohort, to keep the tests short.
        **{rule: faults[:1] for rule, faults in common.items()},
        "label_not_before_prediction": (first_row("label_is_referable_days", "prediction_days - 1"),),
        "eye_is_left_or_right": (last_row("eye", "'RIGHT'", TEXT), last_row("eye", "null", "keys_present")),
        "grades_as_listed": (
            all_rows("label_maculopathy_grade", "'P0'", TEXT),
            first_row("label_photocoagulation_grade", "'p1'", TEXT),
        ),
        "referable_agrees_with_grades": (
            all_rows(label, f"not {label}"),
            all_rows(retinopathy, "'R0'"),
            all_rows("label_maculopathy_grade", "'M1'"),
            all_rows("label_maculopathy_grade", "'U'"),
            first_row(label, "null"),
        ),
    }


FAULTS = {"cohort_sepsis_onset": sepsis_faults(), "cohort_diabetic_eye": eye_faults()}
