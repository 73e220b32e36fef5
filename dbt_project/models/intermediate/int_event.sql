with

omop_events as (

    select * from {{ ref('int_omop_event_coded') }}

),

fhir_events as (

    select * from {{ ref('int_fhir_event_coded') }}

),

told_events as (

    select
        person_id,
        encounter_id,
        event_at,
        recorded_at,
        domain,
        vocabulary,
        code,
        value_number,
        unit,
        value_code,
        source

    from omop_events

    union all

    select
        person_id,
        encounter_id,
        event_at,
        recorded_at,
        domain,
        vocabulary,
        code,
        value_number,
        unit,
        value_code,
        source

    from fhir_events

),

events as (

    select
        person_id,
        min(encounter_id) as encounter_id,
        event_at,
        min(recorded_at) as recorded_at,
        min(domain) as domain,
        vocabulary,
        code,
        value_number,
        unit,
        value_code,
        min(source) as source

    from told_events

    where event_at is not null

    group by
        person_id,
        event_at,
        vocabulary,
        code,
        value_number,
        unit,
        value_code

)

select * from events
