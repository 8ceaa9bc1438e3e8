with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

-- what was delivered, as the ledger counted it while loading: a control total taken before any model touched a row
delivered as (

    select
        source_code,
        source,
        cast(sum(rows_read) as bigint) as lines_read,
        cast(sum(rows_rejected) as bigint) as lines_quarantined,
        cast(sum(control_total) as decimal(18, 4)) as amount_accepted,
        cast(coalesce(sum(control_total_rejected), 0) as decimal(18, 4)) as amount_quarantined,
        cast(coalesce(sum(rows_rejected_without_total), 0) as bigint) as lines_quarantined_without_amount
    from {{ ref('int_deliveries') }}
    where control_total is not null and feed <> 'returns'
    group by source_code, source

),

delivered_returns as (

    select
        source_code,
        cast(sum(rows_read) as bigint) as returns_read,
        cast(sum(rows_rejected) as bigint) as returns_quarantined,
        cast(sum(control_total) as decimal(18, 4)) as refunds_accepted
    from {{ ref('int_deliveries') }}
    where feed = 'returns'
    group by source_code

),

outcomes as (

    select
        as_of_date,
        source_code,
        case
            when line_outcome in ('superseded', 'after_as_of', 'unidentified', 'sale', 'return') then line_outcome
            else 'excluded'
        end as category,
        line_count,
        net_amount,
        order_currency_amount
    from {{ ref('sales_lines_by_outcome') }}

),

{%- set categories = ['superseded', 'after_as_of', 'excluded', 'unidentified', 'sale', 'return'] %}

summed as (

    select
        as_of_date,
        source_code,
        {%- for category in categories %}
        cast(sum(case when category = '{{ category }}' then line_count else 0 end) as bigint) as lines_{{ category }},
        cast(sum(case when category = '{{ category }}' then net_amount else 0 end) as decimal(18, 4)) as amount_{{ category }},
        {%- endfor %}
        cast(sum(line_count) as bigint) as lines_known,
        cast(sum(order_currency_amount) as decimal(18, 4)) as amount_known,
        cast(sum(order_currency_amount - net_amount) as decimal(18, 4)) as amount_conversion
    from outcomes
    group by as_of_date, source_code

),

{%- set return_categories = {
    'superseded': 'superseded',
    'after_as_of': 'after_as_of',
    'counted': 'return',
    'unidentified': 'unidentified',
    'order_unknown': 'order_unknown',
    'other_channel': 'other_return_channel'
} %}

summed_returns as (

    select
        as_of_date,
        source_code,
        {%- for category, outcome in return_categories.items() %}
        cast(sum(case when return_outcome = '{{ outcome }}' then return_count else 0 end) as bigint) as returns_{{ category }},
        cast(
            sum(case when return_outcome = '{{ outcome }}' then refund_amount else 0 end) as decimal(18, 4)
        ) as refunds_{{ category }},
        {%- endfor %}
        cast(
            sum(case when return_outcome = 'return' then return_amount else 0 end) as decimal(18, 4)
        ) as amount_returns_counted,
        cast(sum(return_count) as bigint) as returns_known,
        cast(sum(refund_amount) as decimal(18, 4)) as refunds_known
    from {{ ref('returns_by_outcome') }}
    group by as_of_date, source_code

),

final as (

    select
        as_of_dates.as_of_date,
        delivered.source,
        delivered.lines_read,
        delivered.lines_quarantined,
        {%- for category in categories %}
        coalesce(summed.lines_{{ category }}, 0) as lines_{{ category }},
        {%- endfor %}
        delivered.lines_read - delivered.lines_quarantined - coalesce(summed.lines_known, 0) as lines_difference,
        delivered.amount_accepted,
        delivered.amount_quarantined,
        delivered.lines_quarantined_without_amount,
        {%- for category in categories %}
        coalesce(summed.amount_{{ category }}, 0) as amount_{{ category }},
        {%- endfor %}
        coalesce(summed.amount_conversion, 0) as amount_conversion,
        cast(delivered.amount_accepted - coalesce(summed.amount_known, 0) as decimal(18, 4)) as amount_difference,
        coalesce(delivered_returns.returns_read, 0) as returns_read,
        coalesce(delivered_returns.returns_quarantined, 0) as returns_quarantined,
        {%- for category in return_categories %}
        coalesce(summed_returns.returns_{{ category }}, 0) as returns_{{ category }},
        {%- endfor %}
        coalesce(delivered_returns.returns_read - delivered_returns.returns_quarantined, 0)
        - coalesce(summed_returns.returns_known, 0) as returns_difference,
        -- a contract may state no control total of refunds; then they are not reconciled
        coalesce(delivered_returns.refunds_accepted, summed_returns.refunds_known, 0) as refunds_accepted,
        {%- for category in return_categories %}
        coalesce(summed_returns.refunds_{{ category }}, 0) as refunds_{{ category }},
        {%- endfor %}
        cast(
            coalesce(delivered_returns.refunds_accepted, summed_returns.refunds_known, 0)
            - coalesce(summed_returns.refunds_known, 0) as decimal(18, 4)
        ) as refunds_difference,
        coalesce(summed_returns.amount_returns_counted, 0) as amount_returns_counted
    from delivered
    cross join as_of_dates
    left join delivered_returns
        on delivered.source_code = delivered_returns.source_code
    left join summed_returns
        on delivered.source_code = summed_returns.source_code and as_of_dates.as_of_date = summed_returns.as_of_date
    left join summed
        on delivered.source_code = summed.source_code and as_of_dates.as_of_date = summed.as_of_date

)

select * from final
