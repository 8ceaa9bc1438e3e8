with tiers as (

    select * from {{ ref('customer_service_tier') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        service_tier,
        lead_time_days,
        cast(fill_rate_target as double) as fill_rate_target,
        order_cutoff,
        transport_modes,
        allocation_rank,
        support_channel,
        count(*) as customers,
        cast(sum(promise_cost) as decimal(18, 2)) as promise_cost,
        -- unknown for one is unknown for all
        cast(case when count(*) = count(net_contribution) then sum(net_contribution) end as decimal(18, 2)) as net_contribution,
        count(case when is_promise_too_dear then 1 end) as customers_too_dear
    from tiers
    group by
        as_of_date, service_tier, lead_time_days, fill_rate_target, order_cutoff, transport_modes, allocation_rank,
        support_channel

)

select * from final
