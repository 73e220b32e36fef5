with

encounters as (

    select * from {{ ref('int_encounter') }}

),

hospital_encounters as (

    select
        encounter_id,
        person_id,
        kind,
        start_at,
        end_at,
        -- An encounter without an end reaches no further than its start.
        greatest(start_at, coalesce(end_at, start_at)) as reaches_to,
        discharge_destination,
        site

    from encounters

    where kind in ('ED', 'APC')
        and start_at is not null

),

encounters_with_past as (

    select
        encounter_id,
        person_id,
        kind,
        start_at,
        end_at,
        reaches_to,
        discharge_destination,
        site,
        max(reaches_to) over (
            partition by person_id
            order by start_at, encounter_id
            rows between unbounded preceding and 1 preceding
        ) as past_reaches_to

    from hospital_encounters

),

encounters_in_spells as (

    select
        encounter_id,
        person_id,
        kind,
        start_at,
        end_at,
        reaches_to,
        discharge_destination,
        site,
        sum(
            case
                when start_at <= {{ add_hours('past_reaches_to', 6) }} then 0
                else 1
            end
        ) over (
            partition by person_id
            order by start_at, encounter_id
            rows between unbounded preceding and current row
        ) as spell_number

    from encounters_with_past

),

encounters_in_order as (

    select
        person_id,
        spell_number,
        kind,
        start_at,
        end_at,
        discharge_destination,
        site,
        row_number() over (
            partition by person_id, spell_number
            order by start_at, encounter_id
        ) as position_from_start,
        row_number() over (
            partition by person_id, spell_number
            order by reaches_to desc, start_at desc, encounter_id desc
        ) as position_from_end

    from encounters_in_spells

),

spells as (

    select
        person_id,
        spell_number,
        min(start_at) as start_at,
        case
            when bool_or(end_at is null) then null
            else max(end_at)
        end as end_at,
        bool_or(kind = 'APC') as is_admitted,
        not bool_or(end_at is not null and end_at < start_at) as is_in_order,
        max(case when position_from_end = 1 then discharge_destination end)
            as discharge_destination,
        max(case when position_from_start = 1 then site end) as site

    from encounters_in_order

    group by person_id, spell_number

),

numbered_spells as (

    select
        row_number() over (order by person_id, spell_number) as spell_id,
        person_id,
        start_at,
        end_at,
        -- An open spell is followed for a week, or until the next one starts.
        coalesce(
            end_at,
            least(
                {{ add_hours('start_at', 168) }},
                coalesce(
                    lead(start_at) over (
                        partition by person_id
                        order by spell_number
                    ),
                    {{ add_hours('start_at', 168) }}
                )
            )
        ) as followed_until,
        is_admitted,
        is_in_order,
        discharge_destination,
        site

    from spells

)

select * from numbered_spells
