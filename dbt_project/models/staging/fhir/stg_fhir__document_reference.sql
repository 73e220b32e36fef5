with

source_rows as (

    select * from {{ pseudonymised('fhir', 'document_reference') }}

),

renamed as (

    select
        id as note_id,
        person_id,
        encounter as encounter_id,
        type_code,
        try_cast(written_at as timestamp) as written_at,
        document_text as note_text,
        source

    from source_rows

)

select * from renamed
