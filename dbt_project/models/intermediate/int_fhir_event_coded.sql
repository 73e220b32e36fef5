with

observations as (

    select * from {{ ref('stg_fhir__observation') }}

),

conditions as (

    select * from {{ ref('stg_fhir__condition') }}

),

procedures as (

    select * from {{ ref('stg_fhir__procedure') }}

),

administrations as (

    select * from {{ ref('stg_fhir__medication_administration') }}

),

orders as (

    select * from {{ ref('stg_fhir__medication_request') }}

),

facts as (

    select
        person_id,
        encounter_id,
        effective_at as event_at,
        coalesce(recorded_at, effective_at) as recorded_at,
        case
            when system = 'http://loinc.org' then 'measurement'
            else 'observation'
        end as domain,
        system,
        code,
        value_number,
        case unit
            when 'mm[Hg]' then 'mmHg'
            when '{beats}/min' then '/min'
            when '{breaths}/min' then '/min'
            else unit
        end as unit,
        value_code,
        source

    from observations

    where coalesce(status, 'unknown')
        not in ('cancelled', 'entered-in-error')

    union all

    select
        person_id,
        encounter_id,
        effective_at as event_at,
        coalesce(recorded_at, effective_at) as recorded_at,
        'measurement' as domain,
        'http://loinc.org' as system,
        '8480-6' as code,
        systolic_mmhg as value_number,
        'mmHg' as unit,
        cast(null as string) as value_code,
        source

    from observations

    where systolic_mmhg is not null
        and coalesce(status, 'unknown')
            not in ('cancelled', 'entered-in-error')

    union all

    select
        person_id,
        encounter_id,
        effective_at as event_at,
        coalesce(recorded_at, effective_at) as recorded_at,
        'measurement' as domain,
        'http://loinc.org' as system,
        '8462-4' as code,
        diastolic_mmhg as value_number,
        'mmHg' as unit,
        cast(null as string) as value_code,
        source

    from observations

    where diastolic_mmhg is not null
        and coalesce(status, 'unknown')
            not in ('cancelled', 'entered-in-error')

    union all

    select
        person_id,
        encounter_id,
        coalesce(onset_at, recorded_at) as event_at,
        coalesce(recorded_at, onset_at) as recorded_at,
        'condition' as domain,
        system,
        code,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        cast(null as string) as value_code,
        source

    from conditions

    where coalesce(verification_status, 'unknown')
        not in ('refuted', 'entered-in-error')

    union all

    select
        person_id,
        encounter_id,
        coalesce(performed_at, performed_start) as event_at,
        coalesce(performed_at, performed_start) as recorded_at,
        'procedure' as domain,
        system,
        code,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        cast(null as string) as value_code,
        source

    from procedures

    where coalesce(status, 'unknown')
        not in ('preparation', 'not-done', 'entered-in-error')

    union all

    select
        person_id,
        encounter_id,
        effective_at as event_at,
        coalesce(recorded_at, effective_at) as recorded_at,
        'drug' as domain,
        system,
        code,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        'given' as value_code,
        source

    from administrations

    where coalesce(status, 'unknown')
        not in ('not-done', 'entered-in-error')

    union all

    select
        person_id,
        encounter_id,
        authored_at as event_at,
        authored_at as recorded_at,
        'drug' as domain,
        system,
        code,
        cast(null as double) as value_number,
        cast(null as string) as unit,
        'order' as value_code,
        source

    from orders

    where coalesce(status, 'unknown')
        not in ('draft', 'cancelled', 'entered-in-error')

),

coded as (

    select
        person_id,
        encounter_id,
        event_at,
        recorded_at,
        domain,
        case system
            when 'http://snomed.info/sct' then 'SNOMED'
            when 'http://loinc.org' then 'LOINC'
            when 'http://www.nlm.nih.gov/research/umls/rxnorm' then 'RxNorm'
            when 'urn:cohortgate:nhs-des' then 'NHS DES'
            else system
        end as vocabulary,
        code,
        value_number,
        unit,
        value_code,
        source

    from facts

)

select * from coded
