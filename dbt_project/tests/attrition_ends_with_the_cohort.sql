with

sepsis_steps as (

    select * from {{ ref('attrition_sepsis_onset') }}

),

eye_steps as (

    select * from {{ ref('attrition_diabetic_eye') }}

),

sepsis_cohort as (

    select count(*) as cohort_rows

    from {{ ref('cohort_sepsis_onset') }}

),

eye_cohort as (

    select count(*) as cohort_rows

    from {{ ref('cohort_diabetic_eye') }}

),

last_steps as (

    select
        sepsis_steps.rows_left,
        sepsis_cohort.cohort_rows

    from sepsis_steps

    cross join sepsis_cohort

    where sepsis_steps.step_number = 7

    union all

    select
        eye_steps.rows_left,
        eye_cohort.cohort_rows

    from eye_steps

    cross join eye_cohort

    where eye_steps.step_number = 6

)

select * from last_steps

where rows_left <> cohort_rows
