with

source_rows as (

    select * from {{ pseudonymised('omop', 'note') }}

),

renamed as (

    select
        note_id,
        person_id,
        visit_occurrence_id as encounter_id,
        try_cast(note_date as date) as note_date,
        try_cast(note_datetime as timestamp) as note_datetime,
        try_cast(note_type_concept_id as bigint) as note_type_concept_id,
        try_cast(note_class_concept_id as bigint) as note_class_concept_id,
        note_text,
        source

    from source_rows

)

select * from renamed
