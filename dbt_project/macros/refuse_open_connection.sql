{#- Stops the run when the connection could open files outside its zone. -#}

{% macro refuse_open_connection() %}
    {{ return(adapter.dispatch('refuse_open_connection')()) }}
{% endmacro %}

{% macro default__refuse_open_connection() %}
{% endmacro %}

{% macro duckdb__refuse_open_connection() %}
    {%- if execute %}
        {%- set settings = run_query(
            "select current_setting('lock_configuration'), "
            ~ "current_setting('enable_external_access')"
        ).rows[0] %}
        {%- if not settings[0] or settings[1] %}
            {{ exceptions.raise_compiler_error(
                'This connection is not locked. Run dbt with the profiles.yml '
                ~ 'of this project.'
            ) }}
        {%- endif %}
    {%- endif %}
{% endmacro %}
