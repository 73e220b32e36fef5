"""The OMOP tables that name no patient: care sites, concepts, locations, providers, the CDM's description."""

from pathlib import Path

import duckdb
import numpy as np

from orchestration.synth.codes import PLAIN_CONCEPTS
from orchestration.synth.database import write_parquet
from orchestration.synth.frame import Column, load
from orchestration.synth.omop import CARE_SITE_STRIDE
from orchestration.synth.world import World

CARE_SITE = f"""
    select
        cast((trust + 1) * {CARE_SITE_STRIDE} as bigint) as care_site_id,
        trust_name as care_site_name,
        8717 as place_of_service_concept_id,
        cast(null as bigint) as location_id,
        trust_code as care_site_source_value,
        'Trust' as place_of_service_source_value

    from trust

    union all

    select
        cast((trust + 1) * {CARE_SITE_STRIDE} + site_no % 2 + 1 as bigint),
        site_name,
        8717,
        cast(null as bigint),
        site_code,
        'Hospital'

    from site

    order by care_site_id
"""

CONCEPT = """
    select
        concept_id,
        name as concept_name,
        domain as domain_id,
        vocabulary as vocabulary_id,
        'Clinical' as concept_class_id,
        'S' as standard_concept,
        code as concept_code,
        date '1970-01-01' as valid_start_date,
        date '2099-12-31' as valid_end_date,
        cast(null as varchar) as invalid_reason

    from (

        select concept_id, name, domain, vocabulary, code from code

        union all

        select concept_id, name, domain, vocabulary, code from plain_concept

    ) as concepts

    order by concept_id
"""

LOCATION = """
    select
        row_number() over () as location_id,
        cast(null as varchar) as address_1,
        cast(null as varchar) as address_2,
        'London' as city,
        cast(null as varchar) as state,
        postcode as zip,
        cast(null as varchar) as county,
        postcode as location_source_value,
        42035286 as country_concept_id,
        'GB' as country_source_value,
        cast(null as double) as latitude,
        cast(null as double) as longitude

    from postcode

    order by location_id
"""

PROVIDER = f"""
    select
        cast(consultant_no + 1 as bigint) as provider_id,
        name as provider_name,
        cast(null as varchar) as npi,
        cast(null as varchar) as dea,
        0 as specialty_concept_id,
        cast((trust + 1) * {CARE_SITE_STRIDE} as bigint) as care_site_id,
        cast(null as integer) as year_of_birth,
        0 as gender_concept_id,
        'C' || lpad(cast(7000000 + consultant_no as varchar), 7, '0') as provider_source_value,
        cast(null as varchar) as specialty_source_value,
        0 as specialty_source_concept_id,
        cast(null as varchar) as gender_source_value,
        0 as gender_source_concept_id

    from consultant

    order by provider_id
"""


def write_omop_reference(con: duckdb.DuckDBPyConnection, folder: Path, world: World) -> dict[str, int]:
    """Write each reference table to one parquet file; return the rows written."""
    load(con, {"plain_concept": _plain_concepts()})
    tables = {
        "care_site": CARE_SITE,
        "concept": CONCEPT,
        "location": LOCATION,
        "provider": PROVIDER,
        "cdm_source": _cdm_source(world),
    }
    return {table: write_parquet(con, query, folder / table / "part-0000.parquet") for table, query in tables.items()}


def _plain_concepts() -> dict[str, Column]:
    ids, domains, vocabularies, codes, names = zip(*PLAIN_CONCEPTS, strict=True)
    texts = {"domain": domains, "vocabulary": vocabularies, "code": codes, "name": names}
    return {"concept_id": np.array(ids), **{key: np.array(values, dtype=object) for key, values in texts.items()}}


def _cdm_source(world: World) -> str:
    return f"""
        select
            'Synthetic London trust' as cdm_source_name,
            'SYNTH' as cdm_source_abbreviation,
            'cohortgate' as cdm_holder,
            'People who never lived; seed {world.seed}' as source_description,
            cast(null as varchar) as source_documentation_reference,
            cast(null as varchar) as cdm_etl_reference,
            date '{world.as_of}' as source_release_date,
            date '{world.as_of}' as cdm_release_date,
            'v5.4' as cdm_version,
            756265 as cdm_version_concept_id,
            'none' as vocabulary_version
    """
