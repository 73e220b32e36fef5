with

visits as (

    select * from {{ ref('stg_omop__visit_occurrence') }}

),

care_sites as (

    select * from {{ ref('stg_omop__care_site') }}

),

fhir_encounters as (

    select * from {{ ref('stg_fhir__encounter') }}

),

told_encounters as (

    select
        visits.encounter_id,
        visits.person_id,
        case visits.visit_concept_id
            when 9203 then 'ED'
            when 9201 then 'APC'
            when 262 then 'APC'
            when 9202 then 'OP'
            when 581477 then 'GP'
            when 38004453 then 'GP'
            else 'OTHER'
        end as kind,
        coalesce(
            visits.visit_start_datetime,
            cast(visits.visit_start_date as timestamp)
        ) as start_at,
        coalesce(
            visits.visit_end_datetime,
            cast({{ add_days('visits.visit_end_date', 1) }} as timestamp)
        ) as end_at,
        visits.admission_method,
        visits.discharge_destination,
        cast(null as string) as specialty,
        care_sites.site,
        visits.source

    from visits

    left join care_sites
        on visits.care_site_id = care_sites.care_site_id
        and visits.source = care_sites.source

    union all

    select
        encounter_id,
        person_id,
        case
            when class_code in ('IMP', 'ACUTE', 'NONAC') then 'APC'
            when class_code = 'EMER' then 'ED'
            when class_code = 'AMB' then 'OP'
            else 'OTHER'
        end as kind,
        period_start as start_at,
        period_end as end_at,
        admission_method,
        discharge_destination,
        cast(null as string) as specialty,
        site,
        source

    from fhir_encounters

    where coalesce(status, 'unknown')
        not in ('planned', 'cancelled', 'entered-in-error')

),

encounters as (

    select
        encounter_id,
        person_id,
        kind,
        start_at,
        end_at,
        admission_method,
        discharge_destination,
        specialty,
        site,
        source

    from told_encounters

    qualify row_number() over (
        partition by person_id, encounter_id
        order by
            case when end_at is null then 1 else 0 end,
            case when kind = 'OTHER' then 1 else 0 end,
            source,
            kind,
            start_at,
            end_at
    ) = 1

)

select * from encounters
