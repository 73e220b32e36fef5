with

source_rows as (

    select * from {{ pseudonymised('fhir', 'imaging_study') }}

),

renamed as (

    select
        person_id,
        encounter as encounter_id,
        study_instance_uid,
        accession_number,
        try_cast(started_at as timestamp) as started_at,
        modality,
        source

    from source_rows

)

select * from renamed
