{#- Every date that was asked for stays until it is computed again; the day's own date makes way for the next one's. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_computed_dates(ref('int_as_of_dates')) }}"
) }}

-- depends_on: {{ ref('segment_restatements') }}
-- depends_on: {{ ref('int_as_of_dates') }}
with segments as (

    select * from {{ ref('int_segments_now') }}

)

select * from segments
where date_role <> 'base'
