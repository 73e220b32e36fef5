with

source_rows as (

    select * from {{ pseudonymised('omop', 'observation') }}

),

renamed as (

    select
        person_id,
        visit_occurrence_id as encounter_id,
        try_cast(observation_concept_id as bigint) as observation_concept_id,
        try_cast(observation_date as date) as observation_date,
        try_cast(observation_datetime as timestamp) as observation_datetime,
        try_cast(recorded_datetime as timestamp) as recorded_at,
        try_cast(value_as_number as double) as value_as_number,
        value_as_string as value_code,
        try_cast(value_as_concept_id as bigint) as value_as_concept_id,
        source

    from source_rows

)

select * from renamed
