{#- What is the same for every cohort: the split and the age bands. -#}

{#-
    A person is in the same part in every cohort and in every release, so that
    nobody is tuned on in one and tested on in another.
-#}
{% macro split_of(person_id) -%}
    case
        when mod(
            {{ hex_to_integer('substr(md5(' ~ person_id ~ '), 1, 8)') }},
            5
        ) = 0 then 'tuning'
        else 'held_out'
    end
{%- endmacro %}

{#- Ten-year bands from 25 on; 90 and over together, as releases top-code. -#}
{% macro age_band(age) -%}
    case
        when {{ age }} < 16 then '0-15'
        when {{ age }} < 25 then '16-24'
        {%- for low in range(25, 85, 10) %}
        when {{ age }} < {{ low + 10 }} then '{{ low }}-{{ low + 9 }}'
        {%- endfor %}
        when {{ age }} < 90 then '85-89'
        when {{ age }} >= 90 then '90+'
    end
{%- endmacro %}

{#- The number that eight hexadecimal digits write. -#}
{% macro hex_to_integer(digits) %}
    {{- return(adapter.dispatch('hex_to_integer')(digits)) -}}
{% endmacro %}

{% macro default__hex_to_integer(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{% macro duckdb__hex_to_integer(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}
