with

spells as (

    select * from {{ ref('int_sepsis_spell_screened') }}

),

hours as (

    select * from {{ ref('int_hour_numbered') }}

),

spell_hours as (

    select
        spells.spell_id,
        hours.hour_number,
        {{ add_hours('spells.index_at', 'hours.hour_number') }}
            as prediction_at

    from spells

    inner join hours
        on {{ add_hours('spells.index_at', 'hours.hour_number') }}
            < spells.stop_at

    where spells.is_eligible

)

select * from spell_hours
