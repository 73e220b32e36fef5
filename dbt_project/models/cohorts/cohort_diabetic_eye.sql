with

screened_eyes as (

    select * from {{ ref('int_eye_screened') }}

),

outcomes as (

    select * from {{ ref('int_eye_outcome_judged') }}

),

features as (

    select * from {{ ref('int_eye_feature_measured') }}

),

people as (

    select * from {{ ref('int_person') }}

),

cohort as (

    select
        screened_eyes.person_id,
        screened_eyes.screened_at as index_at,
        screened_eyes.screened_at as prediction_at,
        screened_eyes.screened_at,
        screened_eyes.eye,
        outcomes.is_referable as label_is_referable,
        screened_eyes.graded_at as label_is_referable_at,
        screened_eyes.retinopathy_grade as label_retinopathy_grade,
        screened_eyes.maculopathy_grade as label_maculopathy_grade,
        screened_eyes.photocoagulation_grade as label_photocoagulation_grade,
        case
            when outcomes.is_referable is null then 'ungradable'
            else 'none'
        end as censor_reason,
        screened_eyes.age_years as feature_age_years,
        features.diabetes_type as feature_diabetes_type,
        features.years_since_diagnosis as feature_years_since_diagnosis,
        features.hba1c as feature_hba1c_mmol_per_mol,
        features.systolic as feature_systolic_mmhg,
        features.has_hypertension as feature_has_hypertension,
        features.earlier_screening_count as feature_earlier_screening_count,
        features.last_retinopathy_grade as feature_last_retinopathy_grade,
        features.last_maculopathy_grade as feature_last_maculopathy_grade,
        features.image_count as feature_image_count,
        {{ age_band('screened_eyes.age_years') }} as subgroup_age_band,
        people.sex_code as subgroup_sex_code,
        people.ethnic_category as subgroup_ethnic_category,
        people.imd_decile as subgroup_imd_decile,
        people.site as subgroup_site,
        {{ split_of('screened_eyes.person_id') }} as split

    from screened_eyes

    inner join people
        on screened_eyes.person_id = people.person_id

    inner join outcomes
        on screened_eyes.person_id = outcomes.person_id
        and screened_eyes.screened_at = outcomes.screened_at
        and screened_eyes.eye = outcomes.eye

    inner join features
        on screened_eyes.person_id = features.person_id
        and screened_eyes.screened_at = features.screened_at
        and screened_eyes.eye = features.eye

    where screened_eyes.is_graded
        and screened_eyes.is_old_enough
        and screened_eyes.is_alive
        and screened_eyes.is_diabetic

)

select * from cohort
