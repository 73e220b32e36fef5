with

people as (

    select * from {{ ref('int_person') }}

),

spells as (

    select * from {{ ref('int_sepsis_spell_screened') }}

),

cohort as (

    select * from {{ ref('cohort_sepsis_onset') }}

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
        'Hospital spells (ED or admitted care)' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from spells

    union all

    select
        3 as step_number,
        'Spells with an admission' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from spells

    where is_admitted

    union all

    select
        4 as step_number,
        'Spells whose encounters end after they start' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from spells

    where is_admitted
        and is_in_order

    union all

    select
        5 as step_number,
        'Spells of people known to be 16 or over' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from spells

    where is_admitted
        and is_in_order
        and is_adult

    union all

    select
        6 as step_number,
        'Spells without sepsis at arrival' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from spells

    where is_eligible

    union all

    select
        7 as step_number,
        'Prediction hours before onset, death, discharge or 168 h' as step,
        count(distinct person_id) as people,
        count(*) as rows_left

    from cohort

)

select * from steps
