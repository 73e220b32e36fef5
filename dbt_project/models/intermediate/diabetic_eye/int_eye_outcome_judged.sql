with

screened_eyes as (

    select * from {{ ref('int_eye_screened') }}

),

grades as (

    select * from {{ ref('nhs_des__grade_value_v1') }}

),

retinopathy_grades as (

    select
        code,
        outcome

    from grades

    where concept = 'retinopathy'

),

maculopathy_grades as (

    select
        code,
        outcome

    from grades

    where concept = 'maculopathy'

),

outcomes as (

    select
        screened_eyes.person_id,
        screened_eyes.screened_at,
        screened_eyes.eye,
        -- Disease that was seen refers even if the rest could not be graded.
        case
            when retinopathy_grades.outcome = 'referable'
                or maculopathy_grades.outcome = 'referable'
                then true
            when retinopathy_grades.outcome = 'ungradable'
                or maculopathy_grades.outcome = 'ungradable'
                then null
            else false
        end as is_referable

    from screened_eyes

    inner join retinopathy_grades
        on screened_eyes.retinopathy_grade = retinopathy_grades.code

    inner join maculopathy_grades
        on screened_eyes.maculopathy_grade = maculopathy_grades.code

)

select * from outcomes
