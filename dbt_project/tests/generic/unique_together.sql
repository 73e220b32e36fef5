{#- Fails once for each combination of `columns` that stands in two rows. -#}

{% test unique_together(model, columns) %}

select {{ columns | join(', ') }}

from {{ model }}

group by {{ columns | join(', ') }}

having count(*) > 1

{% endtest %}
