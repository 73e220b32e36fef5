with

source_rows as (

    select * from {{ pseudonymised('omop', 'death') }}

),

renamed as (

    select
        person_id,
        try_cast(death_date as date) as death_date,
        try_cast(death_datetime as timestamp) as death_datetime,
        try_cast(recorded_datetime as timestamp) as recorded_at,
        source

    from source_rows

)

select * from renamed
