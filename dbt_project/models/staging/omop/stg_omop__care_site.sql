with

source_rows as (

    select * from {{ pseudonymised('omop', 'care_site') }}

),

renamed as (

    select
        try_cast(care_site_id as bigint) as care_site_id,
        care_site_source_value as site,
        source

    from source_rows

)

select * from renamed
