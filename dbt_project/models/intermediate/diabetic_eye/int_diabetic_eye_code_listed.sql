with

vital_signs as (

    select * from {{ ref('loinc__vital_sign_v1') }}

),

laboratory_tests as (

    select * from {{ ref('loinc__laboratory_v1') }}

),

diabetes as (

    select * from {{ ref('snomed__diabetes_v1') }}

),

hypertension as (

    select * from {{ ref('snomed__hypertension_v1') }}

),

codes as (

    select
        'LOINC' as vocabulary,
        code,
        concept,
        unit,
        minimum,
        maximum

    from vital_signs

    where concept = 'systolic'

    union all

    select
        'LOINC' as vocabulary,
        code,
        concept,
        unit,
        minimum,
        maximum

    from laboratory_tests

    where concept = 'hba1c'

    union all

    select
        'SNOMED' as vocabulary,
        code,
        concept,
        cast(null as string) as unit,
        cast(null as double) as minimum,
        cast(null as double) as maximum

    from diabetes

    union all

    select
        'SNOMED' as vocabulary,
        code,
        concept,
        cast(null as string) as unit,
        cast(null as double) as minimum,
        cast(null as double) as maximum

    from hypertension

)

select * from codes
