with

source_rows as (

    select * from {{ pseudonymised('omop', 'person') }}

),

renamed as (

    select
        person_id,
        try_cast(gender_concept_id as bigint) as gender_concept_id,
        try_cast(year_of_birth as integer) as year_of_birth,
        try_cast(month_of_birth as integer) as month_of_birth,
        try_cast(day_of_birth as integer) as day_of_birth,
        try_cast(birth_datetime as timestamp) as birth_datetime,
        try_cast(race_concept_id as bigint) as race_concept_id,
        race_source_value as ethnic_category,
        try_cast(care_site_id as bigint) as care_site_id,
        source

    from source_rows

)

select * from renamed
