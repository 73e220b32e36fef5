with

source_rows as (

    select * from {{ pseudonymised('fhir', 'diagnostic_report') }}

),

renamed as (

    select
        id as note_id,
        person_id,
        encounter as encounter_id,
        status,
        system,
        code,
        try_cast(effective_at as timestamp) as effective_at,
        try_cast(issued_at as timestamp) as recorded_at,
        accession_number,
        report_text as note_text,
        source

    from source_rows

)

select * from renamed
