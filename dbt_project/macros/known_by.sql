{#-
    The one way a feature may look at a fact: it must have happened, and must
    have been on record, by the time of the prediction.

    fact: the relation whose `event_at` and `recorded_at` are asked.
    moment: the time of the prediction.
    within_hours: how long before the prediction the fact may have happened;
        without it, any time.
-#}

{% macro known_by(fact, moment, within_hours=none) -%}
    {{ fact }}.event_at <= {{ moment }}
    and {{ fact }}.recorded_at <= {{ moment }}
    {%- if within_hours is not none %}
    and {{ fact }}.event_at > {{ add_hours(moment, -within_hours) }}
    {%- endif %}
{%- endmacro %}
