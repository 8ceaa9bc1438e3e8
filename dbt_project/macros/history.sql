{#- What a kept as-of date holds of each customer: the dimensions whose changes are told, and the values that explain them. -#}

{#- Name of each dimension, as a column of int_segments_now and of segments_by_the_ruler_before. A new dimension is one line here
    and one in each of them. -#}
{% macro tracked_dimensions() -%}
    {{ return([
        'rfm_segment',
        'abc_revenue',
        'abc_profit',
        'xyz_class',
        'lifecycle_stage',
        'relationship_class',
        'usage_class',
        'promotion_response',
        'demographic_segment',
        'preference_segment',
        'market_cluster',
        'service_tier',
        'profit_quadrant',
        'behaviour_cluster'
    ]) }}
{%- endmacro %}

{#- The table of kept dates as the refresh before left it, or none before the first. -#}
{% macro kept_segments() -%}
    {{ return(table_before('marts', 'customer_segments_as_of')) }}
{%- endmacro %}

{#- The dimensions that the refresh before kept too: after a change of code there may be fewer. -#}
{% macro kept_dimensions() -%}
    {%- set kept = kept_segments() -%}
    {%- set names = adapter.get_columns_in_relation(kept) | map(attribute='name') | list if kept else [] -%}
    {{ return(tracked_dimensions() | select('in', names) | list) }}
{%- endmacro %}

{#- Column or expression: which refresh computed a kept row. An earlier version did not keep it. -#}
{% macro kept_refresh_id() -%}
    {%- set names = adapter.get_columns_in_relation(kept_segments()) | map(attribute='name') | list -%}
    {{ return('refresh_id' if 'refresh_id' in names else 'cast(null as string)') }}
{%- endmacro %}

{#- Pre-hook of the journal of restatements: what a refresh wrote that was cut short before the kept segments were replaced is
    written again by this one. -#}
{% macro forget_restatements_that_were_not_made() -%}
    {%- set names = adapter.get_columns_in_relation(this) | map(attribute='name') | list if is_incremental() else [] -%}
    {%- if 'refresh_id_before' in names -%}
    {{ delete_touched(ref('int_segments_before'), ['as_of_date', 'refresh_id_before']) }}
    {%- endif -%}
{%- endmacro %}

{#- CTEs, the last one judged_steps: each customer's step between two dates of the history, and where it would stand now by the ruler of
    then. Of the steps that are due: those of the others stand. -#}
{% macro judged_steps() -%}
dates as (

    select
        as_of_date,
        date_before
    from {{ ref('history_steps') }}
    where is_due

),

segments as (

    select * from {{ ref('customer_segments_as_of') }}

),

{% for side, on_date in {'now': 'as_of_date', 'before': 'date_before'}.items() -%}
customers_{{ side }} as (

    select
        dates.as_of_date,
        dates.date_before,
        segments.source_code,
        segments.customer_key,
        {%- for dimension in tracked_dimensions() %}
        nullif(segments.{{ dimension }}, 'none') as {{ dimension }},
        {%- endfor %}
        segments.net_revenue
    from segments
    inner join dates on segments.as_of_date = dates.{{ on_date }}

),

{% endfor -%}
steps as (

    select
        coalesce(customers_now.as_of_date, customers_before.as_of_date) as as_of_date,
        coalesce(customers_now.date_before, customers_before.date_before) as date_before,
        coalesce(customers_now.source_code, customers_before.source_code) as source_code,
        coalesce(customers_now.customer_key, customers_before.customer_key) as customer_key,
        {%- for dimension in tracked_dimensions() %}
        customers_before.{{ dimension }} as from_{{ dimension }},
        customers_now.{{ dimension }} as to_{{ dimension }},
        {%- endfor %}
        coalesce(customers_now.net_revenue, customers_before.net_revenue) as net_revenue
    from customers_now
    full outer join customers_before
        on
            customers_now.as_of_date = customers_before.as_of_date
            and customers_now.source_code = customers_before.source_code
            and customers_now.customer_key = customers_before.customer_key

),

judged_steps as (

    select
        {%- for dimension in tracked_dimensions() %}
        by_old_ruler.{{ dimension }} as old_{{ dimension }},
        {%- endfor %}
        steps.*
    from steps
    left join {{ ref('segments_by_the_ruler_before') }} as by_old_ruler
        on
            steps.as_of_date = by_old_ruler.as_of_date
            and steps.source_code = by_old_ruler.source_code
            and steps.customer_key = by_old_ruler.customer_key

)
{%- endmacro %}

{#- Why a customer's segment of a dimension is another than at the date before. -#}
{% macro move_cause(dimension) -%}
case
            when from_{{ dimension }} is null and to_{{ dimension }} is null then 'stayed'
            when from_{{ dimension }} is null then 'entered'
            when to_{{ dimension }} is null then 'left'
            when from_{{ dimension }} = to_{{ dimension }} then 'stayed'
            when from_{{ dimension }} = old_{{ dimension }} then 'ruler_moved'
            else 'customer_moved'
        end
{%- endmacro %}

{#- Pre-hook: takes the steps away that are told anew, and those of dates that have left the history. -#}
{% macro delete_due_steps() -%}
    {{ return(delete_where('as_of_date not in (select as_of_date from ' ~ ref('history_steps') ~ ' where not is_due)')) }}
{%- endmacro %}
