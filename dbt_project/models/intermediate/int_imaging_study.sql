with

imaging_series as (

    select * from {{ ref('int_imaging_series') }}

),

fhir_studies as (

    select * from {{ ref('stg_fhir__imaging_study') }}

),

told_studies as (

    select
        person_id,
        study_instance_uid,
        min(accession_number) as accession_number,
        min(study_at) as study_at,
        min(modality) as modality,
        min(body_part_examined) as body_part_examined,
        count(distinct series_instance_uid) as series_count,
        cast(sum(instance_count) as bigint) as instance_count,
        min(source) as source

    from imaging_series

    group by person_id, study_instance_uid

    union all

    select
        person_id,
        study_instance_uid,
        accession_number,
        started_at as study_at,
        modality,
        cast(null as string) as body_part_examined,
        cast(null as bigint) as series_count,
        cast(null as bigint) as instance_count,
        source

    from fhir_studies

    where study_instance_uid is not null

),

-- The archive knows its images better than a record that refers to them.
studies as (

    select
        person_id,
        study_instance_uid,
        accession_number,
        study_at,
        modality,
        body_part_examined,
        series_count,
        instance_count,
        source

    from told_studies

    qualify row_number() over (
        partition by person_id, study_instance_uid
        order by
            case when instance_count is null then 1 else 0 end,
            source,
            study_at,
            accession_number,
            modality
    ) = 1

)

select * from studies
