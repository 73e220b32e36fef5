with

omop_events as (

    select * from {{ ref('int_omop_event_coded') }}

),

fhir_events as (

    select * from {{ ref('int_fhir_event_coded') }}

),

events as (

    select * from {{ ref('int_event') }}

),

told as (

    select
        count(*) as facts_read,
        count(event_at) as facts_with_time

    from omop_events

    union all

    select
        count(*) as facts_read,
        count(event_at) as facts_with_time

    from fhir_events

),

told_total as (

    select
        cast(sum(facts_read) as bigint) as facts_read,
        cast(sum(facts_with_time) as bigint) as facts_with_time

    from told

),

kept_total as (

    select count(*) as facts_kept

    from events

),

counted as (

    select
        told_total.facts_read,
        told_total.facts_read - told_total.facts_with_time
            as facts_without_time,
        told_total.facts_with_time - kept_total.facts_kept as facts_repeated,
        kept_total.facts_kept

    from told_total

    cross join kept_total

)

select * from counted
