with

source_rows as (

    select * from {{ pseudonymised('fhir', 'medication_request') }}

),

renamed as (

    select
        person_id,
        encounter as encounter_id,
        status,
        system,
        code,
        try_cast(authored_at as timestamp) as authored_at,
        source

    from source_rows

)

select * from renamed
