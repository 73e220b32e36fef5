{#-
    One table of the pseudonymised zone, all its sources together. The source
    carries the lineage; only how an engine opens the files differs.
-#}

{% macro pseudonymised(kind, table) %}
    {{- return(adapter.dispatch('pseudonymised')(kind, table)) -}}
{% endmacro %}

{% macro default__pseudonymised(kind, table) %}
    {{- return(source(kind, 'pseudo_' ~ kind ~ '__' ~ table)) -}}
{% endmacro %}

{% macro spark__pseudonymised(kind, table) %}
    {%- do source(kind, 'pseudo_' ~ kind ~ '__' ~ table) -%}
    {%- set root = env_var('COHORTGATE_PSEUDONYMISED') -%}
    {{- return('parquet.`' ~ root ~ '/' ~ kind ~ '/' ~ table ~ '`') -}}
{% endmacro %}
