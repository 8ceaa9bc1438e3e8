with profitability as (

    select
        profitability.*,
        customers.is_scored
    from {{ ref('customer_profitability') }} as profitability
    inner join {{ ref('int_customers_as_of') }} as customers
        on
            profitability.as_of_date = customers.as_of_date
            and profitability.source_code = customers.source_code
            and profitability.customer_key = customers.customer_key

),

{%- set parts = ['net_revenue', 'gross_margin', 'net_contribution'] %}

ranked as (

    select
        as_of_date,
        source_code,
        customer_key,
        {%- for part in parts %}
        -- equal amounts share a rank
        case
            when is_scored and {{ part }} is not null
                then cast(percent_rank() over (
                    partition by as_of_date, is_scored and {{ part }} is not null order by {{ part }}
                ) as decimal(18, 12))
        end as {{ part }}_rank{{ ',' if not loop.last }}
        {%- endfor %}
    from profitability

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        {%- for part in parts %}
        cast({{ part }}_rank as double) as {{ part }}_rank,
        {%- endfor %}
        -- no feed carries what a customer buys elsewhere
        cast(null as double) as share_of_wallet,
        -- what is unknown is left out, and the others count for it
        cast(
            ({% for part in parts %}coalesce({{ part }}_rank, 0){{ ' + ' if not loop.last }}{% endfor %})
            / nullif(
                {% for part in parts -%}
                case when {{ part }}_rank is null then 0 else 1 end{{ ' + ' if not loop.last }}
                {%- endfor %}, 0
            ) as double
        ) as value_score
    from ranked

)

select * from final
