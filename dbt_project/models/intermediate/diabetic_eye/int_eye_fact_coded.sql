with

events as (

    select * from {{ ref('int_event') }}

),

codes as (

    select * from {{ ref('int_diabetic_eye_code_listed') }}

),

graded_eyes as (

    select * from {{ ref('int_eye_graded') }}

),

coded_events as (

    select
        events.person_id,
        codes.concept,
        events.event_at,
        events.recorded_at,
        events.value_number

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

facts_of_screened_people as (

    select
        coded_events.person_id,
        coded_events.concept,
        coded_events.event_at,
        coded_events.recorded_at,
        coded_events.value_number,
        row_number() over (
            partition by coded_events.person_id
            order by
                coded_events.event_at,
                coded_events.recorded_at,
                coded_events.concept,
                coded_events.value_number
        ) as position_in_person

    from coded_events

    where coded_events.person_id in (select person_id from graded_eyes)

)

select * from facts_of_screened_people
