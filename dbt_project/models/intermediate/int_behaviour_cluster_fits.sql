{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched(ref('int_cluster_fit_dates'), ['fit_date'], 'is_due') }}"
) }}

-- depends_on: {{ ref('int_cluster_fit_dates') }}
with final as (

    select * from {{ ref('int_behaviour_clusters_found') }}

)

select * from final
