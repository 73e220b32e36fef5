with

source_rows as (

    select * from {{ pseudonymised('dicom', 'instance') }}

),

renamed as (

    select
        person_id,
        study_instance_uid,
        series_instance_uid,
        sop_instance_uid,
        frame_of_reference_uid,
        sop_class_uid,
        accession_number,
        modality,
        try_cast(study_date as date) as study_date,
        study_time,
        try_cast(acquisition_date as date) as acquisition_date,
        acquisition_time,
        body_part_examined,
        laterality,
        image_laterality,
        view_position,
        patient_sex,
        manufacturer,
        try_cast(rows as integer) as row_count,
        try_cast(columns as integer) as column_count,
        try_cast(number_of_frames as integer) as number_of_frames,
        try_cast(bits_stored as integer) as bits_stored,
        try_cast(instance_number as integer) as instance_number,
        try_cast(kvp as double) as kvp,
        try_cast(slice_thickness as double) as slice_thickness,
        source

    from source_rows

)

select * from renamed
