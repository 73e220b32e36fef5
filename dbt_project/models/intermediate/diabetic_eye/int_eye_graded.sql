with

events as (

    select * from {{ ref('int_event') }}

),

items as (

    select * from {{ ref('nhs_des__eye_grade_v1') }}

),

grades as (

    select * from {{ ref('nhs_des__grade_value_v1') }}

),

item_grades as (

    select
        events.person_id,
        events.event_at,
        events.recorded_at,
        items.eye,
        items.concept,
        grades.code as grade,
        row_number() over (
            partition by
                events.person_id,
                events.event_at,
                items.eye,
                items.concept
            order by events.recorded_at desc, grades.code desc
        ) as position_from_last

    from events

    inner join items
        on events.code = items.code

    inner join grades
        on items.concept = grades.concept
        and events.value_code = grades.code

    where events.vocabulary = 'NHS DES'

),

-- A set of images that was graded again counts with its last grade.
graded_eyes as (

    select
        person_id,
        event_at,
        eye,
        max(recorded_at) as recorded_at,
        max(case when concept = 'retinopathy' then grade end)
            as retinopathy_grade,
        max(case when concept = 'maculopathy' then grade end)
            as maculopathy_grade,
        max(case when concept = 'photocoagulation' then grade end)
            as photocoagulation_grade

    from item_grades

    where position_from_last = 1

    group by person_id, event_at, eye

)

select * from graded_eyes
