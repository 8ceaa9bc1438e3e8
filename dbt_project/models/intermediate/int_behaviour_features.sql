{{ config(materialized='view') }}
with behaviour as (

    select * from {{ ref('int_behaviour_as_of') }}

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        is_asked_for,
        is_sampled,
        ln(order_days) as order_days,
        case when net_amount > 0 then ln(cast(net_amount as double) / order_count) end as order_value,
        ln(cast(line_count as double) / order_count) as order_lines,
        case
            when gap_count > 1
                then sqrt(greatest(gap_square_sum - gap_sum * gap_sum / gap_count, 0) / (gap_count - 1)) / (gap_sum / gap_count)
        end as gap_variation,
        cast(promotion_orders as double) / order_count as promotion_share,
        cast(largest_channel_orders as double) / order_count as main_channel_share,
        category_concentration,
        brand_concentration,
        cast(-return_amount as double) / nullif(cast(sale_amount as double), 0) as return_share
    from behaviour

)

select * from final
