with

events as (

    select * from {{ ref('int_event') }}

),

codes as (

    select * from {{ ref('int_sepsis_code_listed') }}

),

spells as (

    select * from {{ ref('int_spell_joined') }}

),

coded_events as (

    select
        events.person_id,
        codes.concept,
        events.event_at,
        events.recorded_at,
        events.value_number,
        events.value_code

    from events

    inner join codes
        on events.vocabulary = codes.vocabulary
        and events.code = codes.code

    where codes.unit is null
        or (
            events.unit = codes.unit
            and events.value_number between codes.minimum and codes.maximum
        )

),

spell_facts as (

    select
        spells.spell_id,
        coded_events.concept,
        coded_events.event_at,
        coded_events.recorded_at,
        coded_events.value_number,
        coded_events.value_code,
        row_number() over (
            partition by spells.spell_id
            order by
                coded_events.event_at,
                coded_events.recorded_at,
                coded_events.concept,
                coded_events.value_number,
                coded_events.value_code
        ) as position_in_spell

    from coded_events

    inner join spells
        on coded_events.person_id = spells.person_id
        and coded_events.event_at >= spells.start_at
        and coded_events.event_at <= spells.followed_until

)

select * from spell_facts
