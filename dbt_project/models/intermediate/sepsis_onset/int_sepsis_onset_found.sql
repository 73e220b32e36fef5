with

suspicions as (

    select * from {{ ref('int_infection_suspected') }}

),

scores as (

    select * from {{ ref('int_sofa_scored') }}

),

confirmed_suspicions as (

    select
        suspicions.spell_id,
        suspicions.suspected_at,
        min(scores.scored_at) as dysfunction_at

    from suspicions

    inner join scores
        on suspicions.spell_id = scores.spell_id
        and scores.scored_at >= {{ add_hours('suspicions.suspected_at', -48) }}
        and scores.scored_at <= {{ add_hours('suspicions.suspected_at', 24) }}

    where scores.sofa_score >= 2

    group by suspicions.spell_id, suspicions.suspected_at

),

onsets as (

    select
        spell_id,
        suspected_at as onset_at,
        dysfunction_at

    from confirmed_suspicions

    qualify row_number() over (
        partition by spell_id
        order by suspected_at
    ) = 1

)

select * from onsets
