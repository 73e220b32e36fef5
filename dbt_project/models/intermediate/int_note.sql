with

omop_notes as (

    select * from {{ ref('stg_omop__note') }}

),

concepts as (

    select * from {{ ref('stg_omop__concept') }}

),

documents as (

    select * from {{ ref('stg_fhir__document_reference') }}

),

reports as (

    select * from {{ ref('stg_fhir__diagnostic_report') }}

),

notes as (

    select
        omop_notes.person_id,
        omop_notes.encounter_id,
        coalesce(
            omop_notes.note_datetime,
            cast(omop_notes.note_date as timestamp)
        ) as written_at,
        coalesce(
            concepts.code,
            cast(omop_notes.note_class_concept_id as string)
        ) as note_type,
        omop_notes.note_text,
        omop_notes.source

    from omop_notes

    left join concepts
        on omop_notes.note_class_concept_id = concepts.concept_id
        and omop_notes.source = concepts.source

    union all

    select
        person_id,
        encounter_id,
        written_at,
        type_code as note_type,
        note_text,
        source

    from documents

    union all

    select
        person_id,
        encounter_id,
        coalesce(recorded_at, effective_at) as written_at,
        code as note_type,
        note_text,
        source

    from reports

    where coalesce(status, 'unknown')
        not in ('cancelled', 'entered-in-error')

)

select * from notes
