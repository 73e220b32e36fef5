{%- set last_day -%}
    partition by spell_id
    order by event_at
    range between interval '24' hour preceding and current row
{%- endset -%}

with

spell_facts as (

    select * from {{ ref('int_spell_fact_coded') }}

),

-- The worst of what was found at one moment.
readings as (

    select
        spell_id,
        event_at,
        min(value_number) filter (where concept = 'pao2') as pao2,
        min(value_number) filter (where concept = 'spo2') as spo2,
        max(value_number) filter (where concept = 'fio2') as fio2,
        min(value_number) filter (where concept = 'platelets') as platelets,
        max(value_number) filter (where concept = 'bilirubin') as bilirubin,
        min(value_number) filter (where concept = 'mean_arterial')
            as measured_mean,
        min(value_number) filter (where concept = 'systolic') as systolic,
        min(value_number) filter (where concept = 'diastolic') as diastolic,
        bool_or(concept = 'vasopressor' and value_code = 'given')
            as has_vasopressor,
        min(value_number) filter (where concept = 'gcs') as gcs,
        max(value_number) filter (where concept = 'creatinine') as creatinine

    from spell_facts

    group by spell_id, event_at

),

readings_with_oxygen as (

    select
        spell_id,
        event_at,
        pao2,
        spo2,
        -- Air holds 21 % oxygen, and nobody records breathing it.
        coalesce({{ last_known('fio2', last_day) }}, 21) / 100
            as oxygen_fraction,
        platelets,
        bilirubin,
        coalesce(measured_mean, (systolic + 2 * diastolic) / 3)
            as mean_arterial,
        has_vasopressor,
        gcs,
        creatinine

    from readings

),

component_scores as (

    select
        spell_id,
        event_at,
        -- Scores 3 and 4 need respiratory support, which no source codes.
        case
            when pao2 / oxygen_fraction < 40 then 2
            when pao2 / oxygen_fraction < 53.3 then 1
            when pao2 is not null then 0
        end as gas_score,
        -- Above 97 % the saturation no longer follows the oxygen pressure.
        case
            when spo2 > 97 then 0
            when spo2 / oxygen_fraction < 315 then 2
            when spo2 / oxygen_fraction < 400 then 1
            when spo2 is not null then 0
        end as saturation_score,
        case
            when platelets < 20 then 4
            when platelets < 50 then 3
            when platelets < 100 then 2
            when platelets < 150 then 1
            when platelets is not null then 0
        end as coagulation_score,
        case
            when bilirubin > 204 then 4
            when bilirubin >= 102 then 3
            when bilirubin >= 33 then 2
            when bilirubin >= 20 then 1
            when bilirubin is not null then 0
        end as liver_score,
        -- Doses per weight are not held, so any dose scores as the lowest.
        case
            when has_vasopressor then 3
            when mean_arterial < 70 then 1
            when mean_arterial is not null then 0
        end as cardiovascular_score,
        case
            when gcs < 6 then 4
            when gcs < 10 then 3
            when gcs < 13 then 2
            when gcs < 15 then 1
            when gcs is not null then 0
        end as nervous_system_score,
        case
            when creatinine > 440 then 4
            when creatinine >= 300 then 3
            when creatinine >= 171 then 2
            when creatinine >= 110 then 1
            when creatinine is not null then 0
        end as renal_score

    from readings_with_oxygen

),

worst_scores as (

    select
        spell_id,
        event_at as scored_at,
        coalesce(
            max(gas_score) over ({{ last_day }}),
            max(saturation_score) over ({{ last_day }}),
            0
        ) as respiration_score,
        coalesce(max(coagulation_score) over ({{ last_day }}), 0)
            as coagulation_score,
        coalesce(max(liver_score) over ({{ last_day }}), 0) as liver_score,
        coalesce(max(cardiovascular_score) over ({{ last_day }}), 0)
            as cardiovascular_score,
        coalesce(max(nervous_system_score) over ({{ last_day }}), 0)
            as nervous_system_score,
        coalesce(max(renal_score) over ({{ last_day }}), 0) as renal_score

    from component_scores

),

scored as (

    select
        spell_id,
        scored_at,
        respiration_score,
        coagulation_score,
        liver_score,
        cardiovascular_score,
        nervous_system_score,
        renal_score,
        respiration_score
        + coagulation_score
        + liver_score
        + cardiovascular_score
        + nervous_system_score
        + renal_score as sofa_score

    from worst_scores

)

select * from scored
