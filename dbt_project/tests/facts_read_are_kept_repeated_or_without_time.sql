select *

from {{ ref('int_event_counted') }}

where facts_read <> facts_without_time + facts_repeated + facts_kept
    or facts_repeated < 0
