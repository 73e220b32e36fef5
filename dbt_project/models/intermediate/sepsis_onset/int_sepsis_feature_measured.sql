with

spell_hours as (

    select * from {{ ref('int_sepsis_hour_listed') }}

),

spell_facts as (

    select * from {{ ref('int_spell_fact_coded') }}

),

features as (

    select
        spell_hours.spell_id,
        spell_hours.prediction_at
        {%- for concept in [
            'heart_rate',
            'respiratory_rate',
            'temperature',
            'systolic',
            'diastolic',
            'mean_arterial',
            'spo2',
            'fio2',
            'gcs',
            'pao2',
            'creatinine',
            'bilirubin',
            'platelets',
            'white_cells',
            'lactate',
            'crp',
        ] %},
        {{ last_by(
            'spell_facts.value_number', 'spell_facts.position_in_spell'
        ) }} filter (
            where spell_facts.concept = '{{ concept }}'
        ) as {{ concept }}
        {%- endfor %},
        count(spell_facts.concept) filter (
            where spell_facts.concept in (
                'heart_rate',
                'respiratory_rate',
                'temperature',
                'systolic',
                'spo2',
                'gcs'
            )
        ) as vital_sign_count,
        coalesce(
            bool_or(
                spell_facts.concept = 'antibiotic'
                and spell_facts.value_code = 'given'
            ),
            false
        ) as has_antibiotic,
        coalesce(bool_or(spell_facts.concept = 'blood_culture'), false)
            as has_blood_culture

    from spell_hours

    left join spell_facts
        on spell_hours.spell_id = spell_facts.spell_id
        and {{ known_by(
            'spell_facts', 'spell_hours.prediction_at', within_hours=24
        ) }}

    group by spell_hours.spell_id, spell_hours.prediction_at

)

select * from features
