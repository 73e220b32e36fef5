{#- Time arithmetic, which engines spell differently. -#}

{% macro add_hours(moment, hours) %}
    {{- dbt.dateadd('hour', hours, moment) -}}
{% endmacro %}

{% macro add_days(moment, days) %}
    {{- dbt.dateadd('day', days, moment) -}}
{% endmacro %}

{#- Completed years of age, counted by the calendar. -#}
{% macro age_years(birth_date, moment) -%}
    cast(
        extract(year from {{ moment }}) - extract(year from {{ birth_date }})
        - case
            when extract(month from {{ moment }}) * 100
                + extract(day from {{ moment }})
                < extract(month from {{ birth_date }}) * 100
                + extract(day from {{ birth_date }})
                then 1
            else 0
        end as integer
    )
{%- endmacro %}
