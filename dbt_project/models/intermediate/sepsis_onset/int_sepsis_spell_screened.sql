with

spells as (

    select * from {{ ref('int_spell_joined') }}

),

people as (

    select * from {{ ref('int_person') }}

),

onsets as (

    select * from {{ ref('int_sepsis_onset_found') }}

),

spell_facts as (

    select * from {{ ref('int_spell_fact_coded') }}

),

last_facts as (

    select
        spell_id,
        max(event_at) as last_fact_at

    from spell_facts

    group by spell_id

),

spells_with_ends as (

    select
        spells.spell_id,
        spells.person_id,
        spells.start_at as index_at,
        spells.end_at,
        coalesce(spells.end_at, last_facts.last_fact_at, spells.start_at)
            as observed_until,
        people.death_at,
        onsets.onset_at,
        spells.is_admitted,
        spells.is_in_order,
        {{ age_years('people.birth_date', 'spells.start_at') }} as age_years,
        spells.discharge_destination,
        spells.site

    from spells

    left join people
        on spells.person_id = people.person_id

    left join onsets
        on spells.spell_id = onsets.spell_id

    left join last_facts
        on spells.spell_id = last_facts.spell_id

),

spells_with_stops as (

    select
        spell_id,
        person_id,
        index_at,
        onset_at,
        least(observed_until, coalesce(death_at, observed_until)) as left_at,
        case
            when death_at <= observed_until then 'death'
            when discharge_destination = '79' then 'death'
            when end_at is null then 'end_of_data'
            else 'discharge'
        end as left_by,
        least(
            coalesce(onset_at, observed_until),
            observed_until,
            coalesce(death_at, observed_until),
            {{ add_hours('index_at', 168) }}
        ) as stop_at,
        is_admitted,
        is_in_order,
        coalesce(age_years >= 16, false) as is_adult,
        onset_at is null or onset_at > index_at as is_without_sepsis_at_index,
        age_years,
        site

    from spells_with_ends

),

screened as (

    select
        spell_id,
        person_id,
        index_at,
        onset_at,
        left_at,
        left_by,
        stop_at,
        is_admitted,
        is_in_order,
        is_adult,
        is_without_sepsis_at_index,
        is_admitted
        and is_in_order
        and is_adult
        and is_without_sepsis_at_index as is_eligible,
        age_years,
        site

    from spells_with_stops

)

select * from screened
