with

source_rows as (

    select * from {{ pseudonymised('omop', 'concept') }}

),

renamed as (

    select
        try_cast(concept_id as bigint) as concept_id,
        domain_id,
        vocabulary_id as vocabulary,
        standard_concept,
        concept_code as code,
        source

    from source_rows

)

select * from renamed
