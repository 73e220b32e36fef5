with

source_rows as (

    select * from {{ pseudonymised('site', 'person_place') }}

),

renamed as (

    select
        person_id,
        try_cast(imd_decile as integer) as imd_decile,
        source

    from source_rows

)

select * from renamed
