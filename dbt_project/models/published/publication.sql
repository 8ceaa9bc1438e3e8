{#- Built last: its refresh_id proves that every published table belongs to one finished refresh. -#}

-- depends_on: {{ ref('customer_segments') }}
-- depends_on: {{ ref('customer_cost_to_serve') }}
-- depends_on: {{ ref('segment_summary') }}
-- depends_on: {{ ref('revenue_concentration') }}
-- depends_on: {{ ref('restatement_journal') }}
-- depends_on: {{ ref('customer_segment_history') }}
-- depends_on: {{ ref('segment_migration') }}
-- depends_on: {{ ref('segment_events') }}
-- depends_on: {{ ref('customer_changes') }}
-- depends_on: {{ ref('segment_drift') }}
-- depends_on: {{ ref('customer_segments_as_of') }}
-- depends_on: {{ ref('rfm_cut_points_as_of') }}
-- depends_on: {{ ref('cost_reconciliation') }}
-- depends_on: {{ ref('cost_to_serve_summary') }}
-- depends_on: {{ ref('loss_making_customers') }}
-- depends_on: {{ ref('price_waterfall') }}
-- depends_on: {{ ref('profit_levers') }}
-- depends_on: {{ ref('whale_curve') }}
-- depends_on: {{ ref('whale_curve_peak') }}
-- depends_on: {{ ref('sales_reconciliation') }}
-- depends_on: {{ ref('sales_exclusions') }}
-- depends_on: {{ ref('feed_coverage') }}
-- depends_on: {{ ref('segment_playbook') }}
-- depends_on: {{ ref('service_attainment') }}
-- depends_on: {{ ref('service_tier_summary') }}
-- depends_on: {{ ref('customer_explanation') }}
-- depends_on: {{ ref('customer_profile') }}
-- depends_on: {{ ref('column_coverage') }}
-- depends_on: {{ ref('score_cut_points') }}
-- depends_on: {{ ref('demand_centres') }}
with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}
    where is_newest

),

final as (

    select
        as_of_dates.as_of_date,
        refresh.base_currency,
        refresh.business_timezone,
        refresh.policy_version,
        refresh.code_version,
        finished.plan_id as refresh_id
    from as_of_dates
    cross join {{ ref('stg_control__refresh') }} as refresh
    cross join {{ ref('int_refresh_finished') }} as finished

)

select * from final
