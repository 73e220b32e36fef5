with

source_rows as (

    select * from {{ pseudonymised('omop', 'visit_occurrence') }}

),

renamed as (

    select
        visit_occurrence_id as encounter_id,
        person_id,
        try_cast(visit_concept_id as bigint) as visit_concept_id,
        try_cast(visit_start_date as date) as visit_start_date,
        try_cast(visit_start_datetime as timestamp) as visit_start_datetime,
        try_cast(visit_end_date as date) as visit_end_date,
        try_cast(visit_end_datetime as timestamp) as visit_end_datetime,
        try_cast(care_site_id as bigint) as care_site_id,
        admitted_from_source_value as admission_method,
        discharged_to_source_value as discharge_destination,
        source

    from source_rows

)

select * from renamed
