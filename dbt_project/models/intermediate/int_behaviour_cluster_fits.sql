{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched(ref('int_cluster_fit_dates'), ['fit_date'], 'is_due') }}"
) }}

-- depends_on: {{ ref('int_cluster_fit_dates') }}
{% if target.type == 'duckdb' -%}
with final as (

    select * from {{ ref('int_behaviour_clusters_found') }}

)
{%- else -%}
-- an engine that runs no model in Python finds no clusters, and no customer has one
with final as (

    select
        fit_date,
        cast(null as string) as policy_version,
        cast(null as integer) as cluster_number,
        cast(null as string) as behaviour_cluster,
        cast(null as boolean) as is_new_cluster,
        cast(null as bigint) as sampled_customers,
        cast(null as double) as silhouette,
        cast(null as string) as feature,
        cast(null as double) as weight,
        cast(null as string) as word_high,
        cast(null as string) as word_low,
        cast(null as double) as mean_value,
        cast(null as double) as deviation,
        cast(null as double) as centre
    from {{ ref('int_cluster_fit_dates') }}
    where false

)
{%- endif %}

select * from final
