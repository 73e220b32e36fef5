with

source_rows as (

    select * from {{ pseudonymised('omop', 'procedure_occurrence') }}

),

renamed as (

    select
        person_id,
        visit_occurrence_id as encounter_id,
        try_cast(procedure_concept_id as bigint) as procedure_concept_id,
        try_cast(procedure_date as date) as procedure_date,
        try_cast(procedure_datetime as timestamp) as procedure_datetime,
        try_cast(recorded_datetime as timestamp) as recorded_at,
        source

    from source_rows

)

select * from renamed
