with

source_rows as (

    select * from {{ pseudonymised('fhir', 'observation') }}

),

renamed as (

    select
        person_id,
        encounter as encounter_id,
        status,
        system,
        code,
        try_cast(effective_at as timestamp) as effective_at,
        try_cast(issued_at as timestamp) as recorded_at,
        try_cast(value_number as double) as value_number,
        unit,
        value_code,
        try_cast(systolic_mmhg as double) as systolic_mmhg,
        try_cast(diastolic_mmhg as double) as diastolic_mmhg,
        source

    from source_rows

)

select * from renamed
