with

digits as (

    select digit_values.digit

    from (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
    ) as digit_values (digit)

),

numbered as (

    select
        hundreds.digit * 100 + tens.digit * 10 + ones.digit as hour_number

    from digits as ones

    cross join digits as tens

    cross join digits as hundreds

    where hundreds.digit * 100 + tens.digit * 10 + ones.digit < 168

)

select * from numbered
