with

source_rows as (

    select * from {{ pseudonymised('omop', 'drug_exposure') }}

),

renamed as (

    select
        person_id,
        visit_occurrence_id as encounter_id,
        try_cast(drug_concept_id as bigint) as drug_concept_id,
        try_cast(drug_exposure_start_date as date) as drug_exposure_start_date,
        try_cast(drug_exposure_start_datetime as timestamp)
            as drug_exposure_start_datetime,
        try_cast(drug_exposure_end_datetime as timestamp)
            as drug_exposure_end_datetime,
        try_cast(recorded_datetime as timestamp) as recorded_at,
        try_cast(route_concept_id as bigint) as route_concept_id,
        try_cast(quantity as double) as quantity,
        source

    from source_rows

)

select * from renamed
