with

spell_facts as (

    select * from {{ ref('int_spell_fact_coded') }}

),

doses as (

    select
        spell_id,
        event_at as given_at

    from spell_facts

    where concept = 'antibiotic'
        and value_code = 'given'

),

cultures as (

    select
        spell_id,
        event_at as taken_at

    from spell_facts

    where concept = 'blood_culture'

),

suspicions as (

    select distinct
        doses.spell_id,
        least(doses.given_at, cultures.taken_at) as suspected_at

    from doses

    inner join cultures
        on doses.spell_id = cultures.spell_id
        and doses.given_at <= {{ add_hours('cultures.taken_at', 72) }}
        and cultures.taken_at <= {{ add_hours('doses.given_at', 24) }}

)

select * from suspicions
