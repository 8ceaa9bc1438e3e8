with curve as (

    select * from {{ ref('customer_whale_curve') }}

),

heights as (

    select
        as_of_date,
        max(customer_rank) as customers,
        max(cumulative_contribution) as peak_contribution
    from curve
    group by as_of_date

),

-- the first customer at whom the curve is as high as it gets: those after it add nothing
peaks as (

    select
        heights.as_of_date,
        heights.customers,
        heights.peak_contribution,
        min(curve.customer_rank) as peak_rank
    from heights
    inner join curve
        on heights.as_of_date = curve.as_of_date and heights.peak_contribution = curve.cumulative_contribution
    group by heights.as_of_date, heights.customers, heights.peak_contribution

),

final as (

    select
        peaks.as_of_date,
        peaks.customers,
        peaks.peak_rank as customers_at_peak,
        top.customer_share as customer_share_at_peak,
        peaks.peak_contribution,
        bottom.cumulative_contribution as total_contribution,
        cast(peaks.peak_contribution - bottom.cumulative_contribution as decimal(18, 4)) as hidden_loss,
        top.cumulative_share as peak_share,
        top.cumulative_share - bottom.cumulative_share as hidden_loss_share,
        top.share_base
    from peaks
    inner join curve as top on peaks.as_of_date = top.as_of_date and peaks.peak_rank = top.customer_rank
    inner join curve as bottom on peaks.as_of_date = bottom.as_of_date and peaks.customers = bottom.customer_rank

)

select * from final
