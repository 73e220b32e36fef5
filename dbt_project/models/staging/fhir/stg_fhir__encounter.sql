with

source_rows as (

    select * from {{ pseudonymised('fhir', 'encounter') }}

),

renamed as (

    select
        id as encounter_id,
        person_id,
        status,
        class_code,
        try_cast(period_start as timestamp) as period_start,
        try_cast(period_end as timestamp) as period_end,
        admission_method,
        discharge_destination,
        service_provider as site,
        source

    from source_rows

)

select * from renamed
