with

source_rows as (

    select * from {{ pseudonymised('fhir', 'medication_administration') }}

),

renamed as (

    select
        person_id,
        encounter as encounter_id,
        status,
        system,
        code,
        try_cast(effective_at as timestamp) as effective_at,
        try_cast(recorded_at as timestamp) as recorded_at,
        source

    from source_rows

)

select * from renamed
