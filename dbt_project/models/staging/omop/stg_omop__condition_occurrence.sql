with

source_rows as (

    select * from {{ pseudonymised('omop', 'condition_occurrence') }}

),

renamed as (

    select
        person_id,
        visit_occurrence_id as encounter_id,
        try_cast(condition_concept_id as bigint) as condition_concept_id,
        try_cast(condition_start_date as date) as condition_start_date,
        try_cast(condition_start_datetime as timestamp)
            as condition_start_datetime,
        try_cast(recorded_datetime as timestamp) as recorded_at,
        source

    from source_rows

)

select * from renamed
