with

omop_people as (

    select * from {{ ref('stg_omop__person') }}

),

omop_deaths as (

    select * from {{ ref('stg_omop__death') }}

),

care_sites as (

    select * from {{ ref('stg_omop__care_site') }}

),

fhir_patients as (

    select * from {{ ref('stg_fhir__patient') }}

),

places as (

    select * from {{ ref('stg_site__person_place') }}

),

omop_birth_parts as (

    select
        person_id,
        source,
        care_site_id,
        gender_concept_id,
        ethnic_category,
        birth_datetime,
        cast(year_of_birth as string) as birth_year,
        -- A year alone stands for its middle, a month alone for its middle.
        cast(coalesce(month_of_birth, 7) as string) as birth_month,
        cast(
            coalesce(
                day_of_birth,
                case when month_of_birth is null then 1 else 15 end
            ) as string
        ) as birth_day

    from omop_people

),

attributes as (

    select
        omop_birth_parts.person_id,
        coalesce(
            cast(omop_birth_parts.birth_datetime as date),
            try_cast(
                lpad(omop_birth_parts.birth_year, 4, '0')
                || '-' || lpad(omop_birth_parts.birth_month, 2, '0')
                || '-' || lpad(omop_birth_parts.birth_day, 2, '0') as date
            )
        ) as birth_date,
        case omop_birth_parts.gender_concept_id
            when 8507 then '1'
            when 8532 then '2'
            when 8521 then '9'
            when 8570 then '9'
            when 8551 then 'X'
        end as sex_code,
        omop_birth_parts.ethnic_category,
        cast(null as integer) as imd_decile,
        cast(null as timestamp) as death_at,
        cast(null as timestamp) as death_recorded_at,
        care_sites.site

    from omop_birth_parts

    left join care_sites
        on omop_birth_parts.care_site_id = care_sites.care_site_id
        and omop_birth_parts.source = care_sites.source

    union all

    select
        person_id,
        cast(null as date) as birth_date,
        cast(null as string) as sex_code,
        cast(null as string) as ethnic_category,
        cast(null as integer) as imd_decile,
        coalesce(death_datetime, cast(death_date as timestamp)) as death_at,
        coalesce(
            recorded_at,
            death_datetime,
            cast({{ add_days('death_date', 1) }} as timestamp)
        ) as death_recorded_at,
        cast(null as string) as site

    from omop_deaths

    union all

    select
        person_id,
        birth_date,
        case gender
            when 'male' then '1'
            when 'female' then '2'
            when 'other' then '9'
            when 'unknown' then 'X'
            when 'OTHER' then 'X'
        end as sex_code,
        ethnic_category,
        cast(null as integer) as imd_decile,
        deceased_at as death_at,
        deceased_at as death_recorded_at,
        site

    from fhir_patients

    union all

    select
        person_id,
        cast(null as date) as birth_date,
        cast(null as string) as sex_code,
        cast(null as string) as ethnic_category,
        imd_decile,
        cast(null as timestamp) as death_at,
        cast(null as timestamp) as death_recorded_at,
        cast(null as string) as site

    from places

),

people as (

    select
        person_id,
        min(birth_date) as birth_date,
        -- 1, 2, 9, X sort in the order in which they say something.
        min(sex_code) as sex_code,
        coalesce(
            min(ethnic_category) filter (
                where ethnic_category not in ('Z', '99', 'OTHER')
            ),
            min(ethnic_category) filter (where ethnic_category = 'Z'),
            min(case when ethnic_category is not null then '99' end)
        ) as ethnic_category,
        min(imd_decile) as imd_decile,
        min(death_at) as death_at,
        min(death_recorded_at) as death_recorded_at,
        min(site) as site

    from attributes

    group by person_id

)

select * from people
