{#- Taken before this refresh replaces any of them. -#}
{%- set kept = none if refresh_is_full() else table_before('intermediate', 'int_customer_xyz_reviews') -%}

-- depends_on: {{ ref('int_refresh_plan') }}
-- depends_on: {{ ref('int_review_dates') }}
-- depends_on: {{ ref('int_customer_month') }}
-- depends_on: {{ ref('stg_control__refresh') }}
with touched as (

    select distinct source_code, customer_key from {{ ref('int_recomputed_customer_days') }}

),

{% if kept is not none -%}
kept as (

    select distinct review_date, policy_version from {{ kept }}

),

reviews as (

    select
        review_dates.review_date,
        refresh.policy_version
    from {{ ref('int_review_dates') }} as review_dates
    cross join {{ ref('stg_control__refresh') }} as refresh

),

-- another review or other rules: they are everybody's. Reviews from before the first customer had enough months are nobody's.
differences as (

    select review_date from kept
    where not exists (
        select 1 from reviews
        where reviews.review_date = kept.review_date and reviews.policy_version = kept.policy_version
    )
    union all
    select review_date from reviews
    where review_date > (select coalesce(max(review_date), {{ beginning_of_time() }}) from kept)

),

{% endif -%}
final as (

    select source_code, customer_key from touched
    {%- if kept is not none %}
    union
    select source_code, customer_key from {{ ref('int_customer_month') }}
    where exists (select 1 from differences)
    {%- endif %}

)

select * from final
