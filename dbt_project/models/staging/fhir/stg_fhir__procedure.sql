with

source_rows as (

    select * from {{ pseudonymised('fhir', 'procedure') }}

),

renamed as (

    select
        person_id,
        encounter as encounter_id,
        status,
        system,
        code,
        try_cast(performed_at as timestamp) as performed_at,
        try_cast(performed_start as timestamp) as performed_start,
        source

    from source_rows

)

select * from renamed
