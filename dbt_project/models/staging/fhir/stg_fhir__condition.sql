with

source_rows as (

    select * from {{ pseudonymised('fhir', 'condition') }}

),

renamed as (

    select
        person_id,
        encounter as encounter_id,
        system,
        code,
        try_cast(onset_at as timestamp) as onset_at,
        try_cast(recorded_at as timestamp) as recorded_at,
        verification_status,
        source

    from source_rows

)

select * from renamed
