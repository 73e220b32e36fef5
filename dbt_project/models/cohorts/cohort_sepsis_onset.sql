with

spell_hours as (

    select * from {{ ref('int_sepsis_hour_listed') }}

),

spells as (

    select * from {{ ref('int_sepsis_spell_screened') }}

),

people as (

    select * from {{ ref('int_person') }}

),

features as (

    select * from {{ ref('int_sepsis_feature_measured') }}

),

hours_with_horizon as (

    select
        spell_id,
        hour_number,
        prediction_at,
        {{ add_hours('prediction_at', 6) }} as horizon_at

    from spell_hours

),

labelled_hours as (

    select
        hours_with_horizon.spell_id,
        hours_with_horizon.hour_number,
        hours_with_horizon.prediction_at,
        spells.person_id,
        spells.index_at,
        coalesce(
            spells.onset_at > hours_with_horizon.prediction_at
            and spells.onset_at <= hours_with_horizon.horizon_at,
            false
        ) as label_sepsis_onset_6h,
        spells.onset_at,
        case
            when spells.onset_at > hours_with_horizon.prediction_at
                and spells.onset_at <= hours_with_horizon.horizon_at
                then 'none'
            when spells.left_at < hours_with_horizon.horizon_at
                then spells.left_by
            else 'none'
        end as censor_reason,
        spells.age_years,
        spells.site

    from hours_with_horizon

    inner join spells
        on hours_with_horizon.spell_id = spells.spell_id

),

cohort as (

    select
        labelled_hours.person_id,
        labelled_hours.index_at,
        labelled_hours.prediction_at,
        labelled_hours.label_sepsis_onset_6h,
        case
            when labelled_hours.label_sepsis_onset_6h
                then labelled_hours.onset_at
        end as label_sepsis_onset_6h_at,
        labelled_hours.censor_reason,
        labelled_hours.age_years as feature_age_years,
        labelled_hours.hour_number as feature_hours_since_arrival,
        features.heart_rate as feature_heart_rate_per_min,
        features.respiratory_rate as feature_respiratory_rate_per_min,
        features.temperature as feature_temperature_celsius,
        features.systolic as feature_systolic_mmhg,
        features.diastolic as feature_diastolic_mmhg,
        features.mean_arterial as feature_mean_arterial_mmhg,
        features.spo2 as feature_spo2_percent,
        features.fio2 as feature_fio2_percent,
        features.gcs as feature_gcs_score,
        features.pao2 as feature_pao2_kpa,
        features.creatinine as feature_creatinine_umol_per_l,
        features.bilirubin as feature_bilirubin_umol_per_l,
        features.platelets as feature_platelets_10e9_per_l,
        features.white_cells as feature_white_cells_10e9_per_l,
        features.lactate as feature_lactate_mmol_per_l,
        features.crp as feature_crp_mg_per_l,
        features.vital_sign_count as feature_vital_sign_count_24h,
        features.has_antibiotic as feature_has_antibiotic_24h,
        features.has_blood_culture as feature_has_blood_culture_24h,
        {{ age_band('labelled_hours.age_years') }} as subgroup_age_band,
        people.sex_code as subgroup_sex_code,
        people.ethnic_category as subgroup_ethnic_category,
        people.imd_decile as subgroup_imd_decile,
        coalesce(labelled_hours.site, people.site) as subgroup_site,
        {{ split_of('labelled_hours.person_id') }} as split

    from labelled_hours

    inner join people
        on labelled_hours.person_id = people.person_id

    inner join features
        on labelled_hours.spell_id = features.spell_id
        and labelled_hours.prediction_at = features.prediction_at

)

select * from cohort
