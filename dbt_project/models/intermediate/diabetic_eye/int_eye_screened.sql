with

graded_eyes as (

    select * from {{ ref('int_eye_graded') }}

),

people as (

    select * from {{ ref('int_person') }}

),

events as (

    select * from {{ ref('int_event') }}

),

diabetes_codes as (

    select * from {{ ref('snomed__diabetes_v1') }}

),

diagnoses as (

    select
        events.person_id,
        events.event_at,
        events.recorded_at

    from events

    inner join diabetes_codes
        on events.code = diabetes_codes.code

    where events.vocabulary = 'SNOMED'

),

screenings as (

    select distinct
        person_id,
        event_at as screened_at

    from graded_eyes

),

diabetic_screenings as (

    select distinct
        screenings.person_id,
        screenings.screened_at

    from screenings

    inner join diagnoses
        on screenings.person_id = diagnoses.person_id
        and {{ known_by('diagnoses', 'screenings.screened_at') }}

),

screened as (

    select
        graded_eyes.person_id,
        graded_eyes.event_at as screened_at,
        graded_eyes.eye,
        graded_eyes.recorded_at as graded_at,
        graded_eyes.retinopathy_grade,
        graded_eyes.maculopathy_grade,
        graded_eyes.photocoagulation_grade,
        {{ age_years('people.birth_date', 'graded_eyes.event_at') }}
            as age_years,
        graded_eyes.retinopathy_grade is not null
        and graded_eyes.maculopathy_grade is not null as is_graded,
        coalesce(
            {{ age_years('people.birth_date', 'graded_eyes.event_at') }} >= 12,
            false
        ) as is_old_enough,
        coalesce(graded_eyes.event_at < people.death_at, true) as is_alive,
        diabetic_screenings.person_id is not null as is_diabetic

    from graded_eyes

    left join people
        on graded_eyes.person_id = people.person_id

    left join diabetic_screenings
        on graded_eyes.person_id = diabetic_screenings.person_id
        and graded_eyes.event_at = diabetic_screenings.screened_at

)

select * from screened
