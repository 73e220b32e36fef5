with

screened_eyes as (

    select * from {{ ref('int_eye_screened') }}

),

facts as (

    select * from {{ ref('int_eye_fact_coded') }}

),

graded_eyes as (

    select * from {{ ref('int_eye_graded') }}

),

imaging_series as (

    select * from {{ ref('int_imaging_series') }}

),

screenings as (

    select distinct
        person_id,
        screened_at

    from screened_eyes

),

{%- set position = 'facts.position_in_person' %}

person_features as (

    select
        screenings.person_id,
        screenings.screened_at,
        {{ last_by('facts.concept', position) }} filter (
            where facts.concept in ('type_1', 'type_2')
        ) as diabetes_type,
        min(facts.event_at) filter (
            where facts.concept in ('type_1', 'type_2')
        ) as diagnosed_at,
        {{ last_by('facts.value_number', position) }} filter (
            where facts.concept = 'hba1c'
            and {{ known_by('facts', 'screenings.screened_at', 17520) }}
        ) as hba1c,
        {{ last_by('facts.value_number', position) }} filter (
            where facts.concept = 'systolic'
            and {{ known_by('facts', 'screenings.screened_at', 8760) }}
        ) as systolic,
        coalesce(bool_or(facts.concept = 'hypertension'), false)
            as has_hypertension

    from screenings

    left join facts
        on screenings.person_id = facts.person_id
        and {{ known_by('facts', 'screenings.screened_at') }}

    group by screenings.person_id, screenings.screened_at

),

-- Where a source has no time of grading, grades look known when the images
-- are taken; the set itself is never its own history.
earlier_grades as (

    select
        screened_eyes.person_id,
        screened_eyes.screened_at,
        screened_eyes.eye,
        graded_eyes.retinopathy_grade,
        graded_eyes.maculopathy_grade,
        count(*) over (
            partition by
                screened_eyes.person_id,
                screened_eyes.screened_at,
                screened_eyes.eye
        ) as earlier_screening_count,
        row_number() over (
            partition by
                screened_eyes.person_id,
                screened_eyes.screened_at,
                screened_eyes.eye
            order by graded_eyes.event_at desc
        ) as position_from_last

    from screened_eyes

    inner join graded_eyes
        on screened_eyes.person_id = graded_eyes.person_id
        and screened_eyes.eye = graded_eyes.eye
        and graded_eyes.event_at < screened_eyes.screened_at
        and {{ known_by('graded_eyes', 'screened_eyes.screened_at') }}

),

last_grades as (

    select
        person_id,
        screened_at,
        eye,
        retinopathy_grade,
        maculopathy_grade,
        earlier_screening_count

    from earlier_grades

    where position_from_last = 1

),

-- The images of the set itself: the same eye on the same day.
image_counts as (

    select
        screened_eyes.person_id,
        screened_eyes.screened_at,
        screened_eyes.eye,
        cast(sum(imaging_series.instance_count) as bigint) as image_count

    from screened_eyes

    inner join imaging_series
        on screened_eyes.person_id = imaging_series.person_id
        and screened_eyes.eye = imaging_series.laterality
        and cast(screened_eyes.screened_at as date)
            = cast(imaging_series.study_at as date)

    where imaging_series.modality = 'OP'

    group by
        screened_eyes.person_id,
        screened_eyes.screened_at,
        screened_eyes.eye

),

features as (

    select
        screened_eyes.person_id,
        screened_eyes.screened_at,
        screened_eyes.eye,
        person_features.diabetes_type,
        {{ age_years(
            'person_features.diagnosed_at', 'screened_eyes.screened_at'
        ) }} as years_since_diagnosis,
        person_features.hba1c,
        person_features.systolic,
        person_features.has_hypertension,
        coalesce(last_grades.earlier_screening_count, 0)
            as earlier_screening_count,
        last_grades.retinopathy_grade as last_retinopathy_grade,
        last_grades.maculopathy_grade as last_maculopathy_grade,
        coalesce(image_counts.image_count, 0) as image_count

    from screened_eyes

    inner join person_features
        on screened_eyes.person_id = person_features.person_id
        and screened_eyes.screened_at = person_features.screened_at

    left join last_grades
        on screened_eyes.person_id = last_grades.person_id
        and screened_eyes.screened_at = last_grades.screened_at
        and screened_eyes.eye = last_grades.eye

    left join image_counts
        on screened_eyes.person_id = image_counts.person_id
        and screened_eyes.screened_at = image_counts.screened_at
        and screened_eyes.eye = image_counts.eye

)

select * from features
