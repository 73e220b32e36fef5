with

instances as (

    select * from {{ ref('stg_dicom__instance') }}

),

timed_instances as (

    select
        person_id,
        study_instance_uid,
        series_instance_uid,
        sop_instance_uid,
        accession_number,
        try_cast(
            cast(study_date as string)
            || ' ' || substr(coalesce(study_time, '000000'), 1, 2)
            || ':' || substr(coalesce(study_time, '000000'), 3, 2)
            || ':' || substr(coalesce(study_time, '000000'), 5, 2)
            as timestamp
        ) as study_at,
        modality,
        body_part_examined,
        coalesce(image_laterality, laterality) as laterality,
        view_position,
        source

    from instances

),

series as (

    select
        person_id,
        study_instance_uid,
        series_instance_uid,
        laterality,
        view_position,
        min(accession_number) as accession_number,
        min(study_at) as study_at,
        min(modality) as modality,
        min(body_part_examined) as body_part_examined,
        count(distinct sop_instance_uid) as instance_count,
        min(source) as source

    from timed_instances

    group by
        person_id,
        study_instance_uid,
        series_instance_uid,
        laterality,
        view_position

)

select * from series
