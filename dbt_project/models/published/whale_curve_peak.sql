with peaks as (

    select * from {{ ref('whale_curve_peaks') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        cast(customers as bigint) as customers,
        cast(customers_at_peak as bigint) as customers_at_peak,
        customer_share_at_peak,
        cast(peak_contribution as decimal(18, 2)) as peak_contribution,
        cast(total_contribution as decimal(18, 2)) as total_contribution,
        cast(hidden_loss as decimal(18, 2)) as hidden_loss,
        peak_share,
        hidden_loss_share,
        share_base
    from peaks

)

select * from final
