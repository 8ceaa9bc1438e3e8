with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

activity_costs as (

    select
        as_of_date,
        source_code,
        customer_key,
        cast(sum(cost) as decimal(18, 4)) as cost_to_serve
    from {{ ref('customer_activity_costs') }}
    group by as_of_date, source_code, customer_key

),

as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

-- once per day, whatever number of as-of dates is asked for
price_days as (

    select
        source_code,
        customer_key,
        price_date,
        sum(list_amount) as list_amount,
        sum(discount_amount) as discount_amount,
        sum(return_amount) as return_amount,
        sum(off_invoice_amount) as off_invoice_amount,
        sum(freight_charged) as freight_charged
    from {{ ref('int_line_prices') }}
    group by source_code, customer_key, price_date

),

price_steps as (

    select
        as_of_dates.as_of_date,
        price_days.source_code,
        price_days.customer_key,
        sum(price_days.list_amount) as list_amount,
        sum(price_days.discount_amount) as discount_amount,
        sum(price_days.return_amount) as return_amount,
        sum(price_days.off_invoice_amount) as off_invoice_amount,
        sum(price_days.freight_charged) as freight_charged
    from price_days
    inner join as_of_dates
        on price_days.price_date <= as_of_dates.as_of_date and price_days.price_date > as_of_dates.window_start_date
    group by as_of_dates.as_of_date, price_days.source_code, price_days.customer_key

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

assumed_margins as (

    select
        sources.source_code,
        margins.gross_margin_share,
        margins.valid_from,
        margins.valid_to
    from {{ ref('stg_policy__assumed_margins') }} as margins
    inner join sources on margins.source = sources.source

),

margins as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        -- by which the customer is scored: what was invoiced less what came back must come to it
        customers.net_revenue,
        {%- for step in ['list_amount', 'discount_amount', 'return_amount', 'off_invoice_amount', 'freight_charged'] %}
        cast(coalesce(price_steps.{{ step }}, 0) as decimal(18, 4)) as {{ step }},
        {%- endfor %}
        -- unknown cost without an assumed margin stays unknown: never zero
        case
            when customers.line_without_cost_count = 0 then customers.known_cost_of_goods
            else cast(
                customers.known_cost_of_goods
                + customers.amount_without_cost * (1 - cast(assumed_margins.gross_margin_share as decimal(6, 4)))
                as decimal(18, 4)
            )
        end as cost_of_goods,
        case
            when customers.window_sale_line_count + customers.window_return_line_count = 0 then null
            when customers.line_without_cost_count = 0 then 'actual'
            when assumed_margins.gross_margin_share is not null then 'assumed'
            else 'unknown'
        end as cost_basis,
        coalesce(activity_costs.cost_to_serve, 0) as cost_to_serve
    from customers
    left join activity_costs
        on
            customers.as_of_date = activity_costs.as_of_date
            and customers.source_code = activity_costs.source_code
            and customers.customer_key = activity_costs.customer_key
    left join price_steps
        on
            customers.as_of_date = price_steps.as_of_date
            and customers.source_code = price_steps.source_code
            and customers.customer_key = price_steps.customer_key
    left join assumed_margins
        on customers.source_code = assumed_margins.source_code and {{ valid_on('assumed_margins', 'customers.as_of_date') }}

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        list_amount,
        discount_amount,
        cast(list_amount + discount_amount as decimal(18, 4)) as invoice_amount,
        return_amount,
        net_revenue,
        off_invoice_amount,
        cast(net_revenue + off_invoice_amount as decimal(18, 4)) as pocket_amount,
        freight_charged,
        cost_of_goods,
        cost_basis,
        cast(net_revenue + off_invoice_amount + freight_charged - cost_of_goods as decimal(18, 4)) as gross_margin,
        cost_to_serve,
        cast(net_revenue + off_invoice_amount + freight_charged - cost_of_goods - cost_to_serve as decimal(18, 4))
            as net_contribution
    from margins

)

select * from final
