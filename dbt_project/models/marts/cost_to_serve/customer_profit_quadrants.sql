with customers as (

    select
        as_of_date,
        source_code,
        customer_key,
        cast(pocket_amount as double) / cast(list_amount as double) as net_price_realisation,
        cast(cost_to_serve as double) / cast(net_revenue as double) as cost_to_serve_share
    from {{ ref('customer_profitability') }}
    where list_amount > 0 and net_revenue > 0

),

ranked as (

    select
        as_of_date,
        net_price_realisation,
        cost_to_serve_share,
        -- rows that tie carry the same value: whichever comes first, the value at a position is the same
        row_number() over (partition by as_of_date order by net_price_realisation) as price_position,
        row_number() over (partition by as_of_date order by cost_to_serve_share) as cost_position,
        count(*) over (partition by as_of_date) as customers
    from customers

),

-- quantile type 7: both neighbours of the position weigh by their nearness
splits as (

    select
        ranked.as_of_date,
        sum(
            ranked.net_price_realisation
            * greatest(0, 1 - abs(ranked.price_position - 1 - (ranked.customers - 1) * cast(parameters.value as double)))
        ) as price_split,
        sum(
            ranked.cost_to_serve_share
            * greatest(0, 1 - abs(ranked.cost_position - 1 - (ranked.customers - 1) * cast(parameters.value as double)))
        ) as cost_split
    from ranked
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'quadrant_split_share' and {{ valid_on('parameters', 'ranked.as_of_date') }}
    group by ranked.as_of_date

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.net_price_realisation,
        customers.cost_to_serve_share,
        splits.price_split,
        splits.cost_split,
        {{ profit_quadrant(
            'customers.net_price_realisation', 'customers.cost_to_serve_share', 'splits.price_split', 'splits.cost_split'
        ) }} as profit_quadrant
    from customers
    inner join splits on customers.as_of_date = splits.as_of_date

)

select * from final
