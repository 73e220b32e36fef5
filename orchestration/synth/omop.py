"""The trust as OMOP CDM 5.4 parquet, with the site's `recorded_datetime` and its identifiable link tables.

Every table has the columns of the standard, also those that name people or that nobody uses, because a policy
must be seen to drop them. Times are UTC without offset.

Source: https://ohdsi.github.io/CommonDataModel/cdm54.html.
"""

from pathlib import Path

import duckdb

from orchestration.synth.database import write_parquet

# Care site 300 is the third trust; 301 and 302 are its hospitals.
CARE_SITE_STRIDE = 100
_EHR = 32817

PERSON = f"""
    select
        person_id,
        case sex_code when '1' then 8507 when '2' then 8532 when '9' then 8521 else 8551 end as gender_concept_id,
        cast(year(birth_date) as integer) as year_of_birth,
        cast(month(birth_date) as integer) as month_of_birth,
        cast(day(birth_date) as integer) as day_of_birth,
        cast(birth_date as timestamp) as birth_datetime,
        case
            when ethnic_category in ('A', 'B', 'C') then 8527
            when ethnic_category in ('H', 'J', 'K', 'L', 'R') then 8515
            when ethnic_category in ('M', 'N', 'P') then 8516
            else 0
        end as race_concept_id,
        0 as ethnicity_concept_id,
        location_id,
        cast(null as bigint) as provider_id,
        cast((trust + 1) * {CARE_SITE_STRIDE} as bigint) as care_site_id,
        mrn as person_source_value,
        sex_code as gender_source_value,
        0 as gender_source_concept_id,
        ethnic_category as race_source_value,
        0 as race_source_concept_id,
        cast(null as varchar) as ethnicity_source_value,
        0 as ethnicity_source_concept_id

    from people_rows

    order by person_id
"""

DEATH = f"""
    select
        person_id,
        cast(death_at as date) as death_date,
        death_at as death_datetime,
        {_EHR} as death_type_concept_id,
        cast(null as integer) as cause_concept_id,
        cast(null as varchar) as cause_source_value,
        cast(null as integer) as cause_source_concept_id,
        death_recorded_at as recorded_datetime

    from people

    where death_at is not null

    order by person_id
"""

VISIT_OCCURRENCE = f"""
    select
        visit_id as visit_occurrence_id,
        person_id,
        case kind when 'ED' then 9203 when 'APC' then 9201 else 9202 end as visit_concept_id,
        cast(start_at as date) as visit_start_date,
        start_at as visit_start_datetime,
        cast(end_at as date) as visit_end_date,
        end_at as visit_end_datetime,
        {_EHR} as visit_type_concept_id,
        cast(consultant_no + 1 as bigint) as provider_id,
        cast((site_no // 2 + 1) * {CARE_SITE_STRIDE} + site_no % 2 + 1 as bigint) as care_site_id,
        kind || visit_id as visit_source_value,
        0 as visit_source_concept_id,
        0 as admitted_from_concept_id,
        admission_method as admitted_from_source_value,
        0 as discharged_to_concept_id,
        discharge_destination as discharged_to_source_value,
        cast(null as bigint) as preceding_visit_occurrence_id

    from visit

    order by visit_id
"""

CONDITION_OCCURRENCE = f"""
    select
        condition_id as condition_occurrence_id,
        person_id,
        code.concept_id as condition_concept_id,
        cast(start_at as date) as condition_start_date,
        start_at as condition_start_datetime,
        cast(null as date) as condition_end_date,
        cast(null as timestamp) as condition_end_datetime,
        {_EHR} as condition_type_concept_id,
        0 as condition_status_concept_id,
        cast(null as varchar) as stop_reason,
        cast(null as bigint) as provider_id,
        nullif(visit_id, 0) as visit_occurrence_id,
        cast(null as bigint) as visit_detail_id,
        code.code || ' ' || code.name as condition_source_value,
        0 as condition_source_concept_id,
        cast(null as varchar) as condition_status_source_value,
        recorded_at as recorded_datetime

    from condition

    inner join code using (code_no)

    order by condition_id
"""

DRUG_EXPOSURE = f"""
    select
        drug_id as drug_exposure_id,
        person_id,
        code.concept_id as drug_concept_id,
        cast(start_at as date) as drug_exposure_start_date,
        start_at as drug_exposure_start_datetime,
        cast(end_at as date) as drug_exposure_end_date,
        end_at as drug_exposure_end_datetime,
        cast(null as date) as verbatim_end_date,
        {_EHR} as drug_type_concept_id,
        cast(null as varchar) as stop_reason,
        cast(null as integer) as refills,
        quantity,
        cast(null as integer) as days_supply,
        'Give as charted, checked by two nurses' as sig,
        cast(route as integer) as route_concept_id,
        cast(null as varchar) as lot_number,
        cast(null as bigint) as provider_id,
        nullif(visit_id, 0) as visit_occurrence_id,
        cast(null as bigint) as visit_detail_id,
        code.name as drug_source_value,
        0 as drug_source_concept_id,
        case route when 4171047 then 'IV' else 'PO' end as route_source_value,
        cast(null as varchar) as dose_unit_source_value,
        recorded_at as recorded_datetime

    from drug

    inner join code using (code_no)

    order by drug_id
"""

MEASUREMENT = f"""
    select
        measurement_id,
        person_id,
        code.concept_id as measurement_concept_id,
        cast(event_at as date) as measurement_date,
        event_at as measurement_datetime,
        strftime(event_at, '%H:%M:%S') as measurement_time,
        {_EHR} as measurement_type_concept_id,
        cast(null as integer) as operator_concept_id,
        value as value_as_number,
        cast(null as bigint) as value_as_concept_id,
        nullif(cast(code.unit_concept_id as integer), 0) as unit_concept_id,
        cast(null as double) as range_low,
        cast(null as double) as range_high,
        cast(null as bigint) as provider_id,
        nullif(visit_id, 0) as visit_occurrence_id,
        cast(null as bigint) as visit_detail_id,
        code.code as measurement_source_value,
        0 as measurement_source_concept_id,
        code.unit as unit_source_value,
        0 as unit_source_concept_id,
        cast(null as varchar) as value_source_value,
        cast(null as bigint) as measurement_event_id,
        cast(null as integer) as meas_event_field_concept_id,
        recorded_at as recorded_datetime

    from measurement

    inner join code using (code_no)

    order by measurement_id
"""

OBSERVATION = f"""
    select
        grade_id as observation_id,
        person_id,
        code.concept_id as observation_concept_id,
        cast(event_at as date) as observation_date,
        event_at as observation_datetime,
        {_EHR} as observation_type_concept_id,
        cast(null as double) as value_as_number,
        value_code as value_as_string,
        cast(null as bigint) as value_as_concept_id,
        cast(null as integer) as qualifier_concept_id,
        cast(null as integer) as unit_concept_id,
        cast(null as bigint) as provider_id,
        nullif(visit_id, 0) as visit_occurrence_id,
        cast(null as bigint) as visit_detail_id,
        code.code as observation_source_value,
        0 as observation_source_concept_id,
        cast(null as varchar) as unit_source_value,
        cast(null as varchar) as qualifier_source_value,
        value_code as value_source_value,
        cast(null as bigint) as observation_event_id,
        cast(null as integer) as obs_event_field_concept_id,
        recorded_at as recorded_datetime

    from grade

    inner join code using (code_no)

    order by grade_id
"""

PROCEDURE_OCCURRENCE = f"""
    select
        exam_no as procedure_occurrence_id,
        person_id,
        code.concept_id as procedure_concept_id,
        cast(started_at as date) as procedure_date,
        started_at as procedure_datetime,
        cast(null as date) as procedure_end_date,
        cast(null as timestamp) as procedure_end_datetime,
        {_EHR} as procedure_type_concept_id,
        cast(null as integer) as modifier_concept_id,
        1 as quantity,
        cast(consultant_no + 1 as bigint) as provider_id,
        nullif(visit_id, 0) as visit_occurrence_id,
        cast(null as bigint) as visit_detail_id,
        accession_number as procedure_source_value,
        0 as procedure_source_concept_id,
        modality as modifier_source_value,
        started_at as recorded_datetime

    from exam

    inner join code using (code_no)

    order by exam_no
"""

NOTE = f"""
    select
        note_id,
        person_id,
        cast(written_at as date) as note_date,
        written_at as note_datetime,
        {_EHR} as note_type_concept_id,
        cast(code.concept_id as integer) as note_class_concept_id,
        title as note_title,
        note_text,
        0 as encoding_concept_id,
        4180186 as language_concept_id,
        cast(consultant_no + 1 as bigint) as provider_id,
        nullif(visit_id, 0) as visit_occurrence_id,
        cast(null as bigint) as visit_detail_id,
        code.key as note_source_value,
        nullif(exam_no, 0) as note_event_id,
        cast(null as integer) as note_event_field_concept_id

    from note

    inner join code using (code_no)

    order by note_id
"""

LINK_PERSON = """
    select
        person_id,
        nhs_number,
        mrn,
        title,
        given_name,
        family_name,
        former_family_name,
        birth_date,
        address_line,
        postcode,
        phone,
        email,
        next_of_kin,
        gp_name

    from people

    order by person_id
"""

LINK_MERGE = """
    select
        person_id as merged_person_id,
        replaced_by_person_id as surviving_person_id,
        merged_at

    from people

    where replaced_by_person_id > 0

    order by person_id
"""

LINK_ACCESSION = """
    select
        accession_number,
        person_id,
        exam_no as procedure_occurrence_id

    from exam

    order by exam_no
"""

OBSERVATION_PERIOD = f"""
    select
        person_id as observation_period_id,
        person_id,
        cast((select min(start_at) from visit) as date) as observation_period_start_date,
        cast(coalesce(death_at, (select max(end_at) from visit)) as date) as observation_period_end_date,
        {_EHR} as period_type_concept_id

    from people

    order by person_id
"""

TABLES = {
    "person": PERSON,
    "death": DEATH,
    "visit_occurrence": VISIT_OCCURRENCE,
    "condition_occurrence": CONDITION_OCCURRENCE,
    "drug_exposure": DRUG_EXPOSURE,
    "measurement": MEASUREMENT,
    "observation": OBSERVATION,
    "procedure_occurrence": PROCEDURE_OCCURRENCE,
    "note": NOTE,
    "observation_period": OBSERVATION_PERIOD,
    "link_person": LINK_PERSON,
    "link_merge": LINK_MERGE,
    "link_accession": LINK_ACCESSION,
}


def write_omop(con: duckdb.DuckDBPyConnection, folder: Path, chunk: int) -> dict[str, int]:
    """Write one part file per table for the chunk that is loaded; return the rows written."""
    part = f"part-{chunk:04d}.parquet"
    return {table: write_parquet(con, query, folder / table / part) for table, query in TABLES.items()}
