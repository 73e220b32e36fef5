with

people as (

    select * from {{ ref('int_person') }}

),

screened_eyes as (

    select * from {{ ref('int_eye_screened') }}

),

cohort as (

    select * from {{ ref('cohort_diabetic_eye') }}

),

steps as (

    select
        1 as step_number,
        'People known to the trust' as step,
        count(person_id) as people,
        count(*) as rows_left

    from people

    union all

    select
        2 as step_number,
        'Eyes with any grade, by screening' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from screened_eyes

    union all

    select
        3 as step_number,
        'Eyes graded for retinopathy and maculopathy' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from screened_eyes

    where is_graded

    union all

    select
        4 as step_number,
        'Eyes of people known to be 12 or over' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from screened_eyes

    where is_graded
        and is_old_enough

    union all

    select
        5 as step_number,
        'Eyes of people alive when screened' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from screened_eyes

    where is_graded
        and is_old_enough
        and is_alive

    union all

    select
        6 as step_number,
        'Eyes of people with a diagnosis of diabetes on record by then' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from cohort

)

select * from steps
