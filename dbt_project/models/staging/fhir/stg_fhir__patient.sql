with

source_rows as (

    select * from {{ pseudonymised('fhir', 'patient') }}

),

renamed as (

    select
        person_id,
        gender,
        try_cast(birth_date as date) as birth_date,
        try_cast(deceased_at as timestamp) as deceased_at,
        ethnic_category,
        organisation as site,
        source

    from source_rows

)

select * from renamed
