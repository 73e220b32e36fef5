with

measurements as (

    select * from {{ ref('stg_omop__measurement') }}

),

observations as (

    select * from {{ ref('stg_omop__observation') }}

),

conditions as (

    select * from {{ ref('stg_omop__condition_occurrence') }}

),

drugs as (

    select * from {{ ref('stg_omop__drug_exposure') }}

),

procedures as (

    select * from {{ ref('stg_omop__procedure_occurrence') }}

),

concepts as (

    select * from {{ ref('stg_omop__concept') }}

),

facts as (

    select
        person_id,
        encounter_id,
        coalesce(
            measurement_datetime,
            cast(measurement_date as timestamp)
        ) as event_at,
        coalesce(
            recorded_at,
            measurement_datetime,
            cast({{ add_days('measurement_date', 1) }} as timestamp)
        ) as recorded_at,
        'measurement' as domain,
        measurement_concept_id as concept_id,
        value_as_number as value_number,
        unit,
        cast(null as string) as value_code,
        value_as_concept_id as value_concept_id,
        source

    from measurements

    union all

    select
        person_id,
        encounter_id,
        coalesce(
            observation_datetime,
            cast(observation_date as timestamp)
        ) as event_at,
        coalesce(
            recorded_at,
            observation_datetime,
            cast({{ add_days('observation_date', 1) }} as timestamp)
        ) as recorded_at,
        'observation' as domain,
        observation_concept_id as concept_id,
        value_as_number as value_number,
        cast(null as string) as unit,
        value_code,
        value_as_concept_id as value_concept_id,
        source

    from observations

    union all

    select
        person_id,
        encounter_id,
        coalesce(
            condition_start_datetime,
            cast(condition_start_date as timestamp)
        ) as event_at,
        coalesce(
            recorded_at,
            condition_start_datetime,
            cast({{ add_days('condition_start_date', 1) }} as timestamp)
        ) as recorded_at,
        'condition' as domain,
        condition_concept_id as concept_id,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        cast(null as string) as value_code,
        cast(null as bigint) as value_concept_id,
        source

    from conditions

    union all

    select
        person_id,
        encounter_id,
        coalesce(
            drug_exposure_start_datetime,
            cast(drug_exposure_start_date as timestamp)
        ) as event_at,
        coalesce(
            recorded_at,
            drug_exposure_start_datetime,
            cast({{ add_days('drug_exposure_start_date', 1) }} as timestamp)
        ) as recorded_at,
        'drug' as domain,
        drug_concept_id as concept_id,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        'given' as value_code,
        cast(null as bigint) as value_concept_id,
        source

    from drugs

    union all

    select
        person_id,
        encounter_id,
        coalesce(
            procedure_datetime,
            cast(procedure_date as timestamp)
        ) as event_at,
        coalesce(
            recorded_at,
            procedure_datetime,
            cast({{ add_days('procedure_date', 1) }} as timestamp)
        ) as recorded_at,
        'procedure' as domain,
        procedure_concept_id as concept_id,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        cast(null as string) as value_code,
        cast(null as bigint) as value_concept_id,
        source

    from procedures

),

coded as (

    select
        facts.person_id,
        facts.encounter_id,
        facts.event_at,
        facts.recorded_at,
        facts.domain,
        -- A concept that the source's vocabulary lacks keeps its number.
        coalesce(concepts.vocabulary, 'OMOP') as vocabulary,
        coalesce(concepts.code, cast(facts.concept_id as string)) as code,
        facts.value_number,
        facts.unit,
        coalesce(facts.value_code, value_concepts.code) as value_code,
        facts.source

    from facts

    left join concepts
        on facts.concept_id = concepts.concept_id
        and facts.source = concepts.source

    left join concepts as value_concepts
        on facts.value_concept_id = value_concepts.concept_id
        and facts.source = value_concepts.source
        and value_concepts.concept_id <> 0

)

select * from coded
