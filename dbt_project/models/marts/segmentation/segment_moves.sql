{#- Each customer's step from one date of the history to the next; and where it would stand now by the ruler of then. -#}
with dates as (

    select
        as_of_date,
        date_before
    from {{ ref('history_dates') }}
    where date_before is not null

),

segments as (

    select * from {{ ref('customer_segments_as_of') }}

),

cut_points as (

    {{ cut_points_by_measure(ref('rfm_cut_points_as_of')) }}

),

customers_now as (

    select
        dates.date_before,
        segments.*
    from segments
    inner join dates on segments.as_of_date = dates.as_of_date

),

customers_before as (

    select
        dates.as_of_date as date_after,
        segments.*
    from segments
    inner join dates on segments.as_of_date = dates.date_before

),

by_old_cut_points as (

    select
        customers.as_of_date,
        customers.date_before,
        customers.source_code,
        customers.customer_key,
        customers.tenure_days,
        {{ rfm_scores('customers') }}
    from customers_now as customers
    inner join cut_points as recency
        on customers.date_before = recency.as_of_date and recency.measure = 'recency'
    inner join cut_points as frequency
        on customers.date_before = frequency.as_of_date and frequency.measure = 'frequency'
    inner join cut_points as monetary
        on customers.date_before = monetary.as_of_date and monetary.measure = 'monetary'
    where customers.rfm_segment is not null

),

rfm_by_old_ruler as (

    select
        scores.as_of_date,
        scores.source_code,
        scores.customer_key,
        case
            when codes.first_order_within_days is null then codes.segment
            when scores.tenure_days <= codes.first_order_within_days then codes.segment
            else codes.otherwise_segment
        end as segment
    from by_old_cut_points as scores
    inner join {{ ref('rfm_code_segments') }} as codes
        on
            scores.date_before = codes.as_of_date
            and scores.r_score = codes.r_score
            and scores.f_score = codes.f_score
            and scores.m_score = codes.m_score

),

-- the smallest amount of each class then
abc_limits as (

    select
        date_after as as_of_date,
        min(case when abc_revenue = 'A' then net_revenue end) as revenue_a,
        min(case when abc_revenue in ('A', 'B') then net_revenue end) as revenue_b,
        min(case when abc_profit = 'A' then net_contribution end) as profit_a,
        min(case when abc_profit in ('A', 'B') then net_contribution end) as profit_b
    from customers_before
    group by date_after

),

members_now as (

    select
        customers.as_of_date,
        customers.date_before,
        customers.source_code,
        customers.customer_key,
        'rfm_segment' as dimension,
        customers.rfm_segment as segment,
        rfm.segment as segment_by_old_ruler,
        customers.net_revenue
    from customers_now as customers
    left join rfm_by_old_ruler as rfm
        on
            customers.as_of_date = rfm.as_of_date
            and customers.source_code = rfm.source_code
            and customers.customer_key = rfm.customer_key
    {% for dimension, amount, limit in [
        ('abc_revenue', 'net_revenue', 'revenue'), ('abc_profit', 'net_contribution', 'profit')
    ] %}
    union all
    select
        customers.as_of_date,
        customers.date_before,
        customers.source_code,
        customers.customer_key,
        '{{ dimension }}' as dimension,
        customers.{{ dimension }} as segment,
        case
            when customers.{{ amount }} <= 0 then 'D'
            when customers.{{ amount }} >= limits.{{ limit }}_a then 'A'
            when customers.{{ amount }} >= limits.{{ limit }}_b then 'B'
            when customers.{{ amount }} > 0 then 'C'
        end as segment_by_old_ruler,
        customers.net_revenue
    from customers_now as customers
    left join abc_limits as limits on customers.as_of_date = limits.as_of_date
    {% endfor %}
    -- its cuts are the policy's and do not move with the customers
    union all
    select
        as_of_date,
        date_before,
        source_code,
        customer_key,
        'xyz_class' as dimension,
        xyz_class as segment,
        xyz_class as segment_by_old_ruler,
        net_revenue
    from customers_now

),

members_before as (
    {% for dimension in ['rfm_segment', 'abc_revenue', 'abc_profit', 'xyz_class'] %}
    select
        date_after as as_of_date,
        as_of_date as date_before,
        source_code,
        customer_key,
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment,
        net_revenue
    from customers_before
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

final as (

    select
        coalesce(members_now.as_of_date, members_before.as_of_date) as as_of_date,
        coalesce(members_now.date_before, members_before.date_before) as date_before,
        coalesce(members_now.source_code, members_before.source_code) as source_code,
        coalesce(members_now.customer_key, members_before.customer_key) as customer_key,
        coalesce(members_now.dimension, members_before.dimension) as dimension,
        members_before.segment as from_segment,
        members_now.segment as to_segment,
        coalesce(members_now.net_revenue, members_before.net_revenue) as net_revenue,
        case
            when members_before.segment is null and members_now.segment is null then 'stayed'
            when members_before.segment is null then 'entered'
            when members_now.segment is null then 'left'
            when members_before.segment = members_now.segment then 'stayed'
            when members_before.segment = members_now.segment_by_old_ruler then 'ruler_moved'
            else 'customer_moved'
        end as cause
    from members_now
    full outer join members_before
        on
            members_now.as_of_date = members_before.as_of_date
            and members_now.source_code = members_before.source_code
            and members_now.customer_key = members_before.customer_key
            and members_now.dimension = members_before.dimension

)

select * from final
