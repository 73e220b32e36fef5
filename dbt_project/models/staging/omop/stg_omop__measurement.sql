with

source_rows as (

    select * from {{ pseudonymised('omop', 'measurement') }}

),

renamed as (

    select
        person_id,
        visit_occurrence_id as encounter_id,
        try_cast(measurement_concept_id as bigint) as measurement_concept_id,
        try_cast(measurement_date as date) as measurement_date,
        try_cast(measurement_datetime as timestamp) as measurement_datetime,
        try_cast(recorded_datetime as timestamp) as recorded_at,
        try_cast(value_as_number as double) as value_as_number,
        try_cast(value_as_concept_id as bigint) as value_as_concept_id,
        try_cast(unit_concept_id as bigint) as unit_concept_id,
        unit_source_value as unit,
        source

    from source_rows

)

select * from renamed
