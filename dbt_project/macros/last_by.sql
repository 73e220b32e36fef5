{#-
    Aggregate: the value in the row whose `position` is greatest. Positions
    must differ within a group, or the answer depends on the engine.
-#}

{% macro last_by(value, position) %}
    {{- return(adapter.dispatch('last_by')(value, position)) -}}
{% endmacro %}

{% macro default__last_by(value, position) -%}
    max_by({{ value }}, {{ position }})
{%- endmacro %}

{% macro duckdb__last_by(value, position) -%}
    arg_max({{ value }}, {{ position }})
{%- endmacro %}

{#- Window: the last value that is not null, up to the current row. -#}

{% macro last_known(value, over) %}
    {{- return(adapter.dispatch('last_known')(value, over)) -}}
{% endmacro %}

{% macro default__last_known(value, over) -%}
    last_value({{ value }}) ignore nulls over ({{ over }})
{%- endmacro %}

{% macro duckdb__last_known(value, over) -%}
    last_value({{ value }} ignore nulls) over ({{ over }})
{%- endmacro %}
