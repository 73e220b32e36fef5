with

vital_signs as (

    select * from {{ ref('loinc__vital_sign_v1') }}

),

laboratory_tests as (

    select * from {{ ref('loinc__laboratory_v1') }}

),

blood_cultures as (

    select * from {{ ref('loinc__blood_culture_v1') }}

),

antibiotics as (

    select * from {{ ref('rxnorm__systemic_antibiotic_v1') }}

),

vasopressors as (

    select * from {{ ref('rxnorm__vasopressor_v1') }}

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

    union all

    select
        'LOINC' as vocabulary,
        code,
        concept,
        unit,
        minimum,
        maximum

    from laboratory_tests

    where concept <> 'hba1c'

    union all

    select
        'LOINC' as vocabulary,
        code,
        concept,
        cast(null as string) as unit,
        cast(null as double) as minimum,
        cast(null as double) as maximum

    from blood_cultures

    union all

    select
        'RxNorm' as vocabulary,
        code,
        concept,
        cast(null as string) as unit,
        cast(null as double) as minimum,
        cast(null as double) as maximum

    from antibiotics

    union all

    select
        'RxNorm' as vocabulary,
        code,
        concept,
        cast(null as string) as unit,
        cast(null as double) as minimum,
        cast(null as double) as maximum

    from vasopressors

)

select * from codes
