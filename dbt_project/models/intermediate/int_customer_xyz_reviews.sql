{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched(ref('int_replayed_customers'), ['source_code', 'customer_key']) }}"
) }}
{#- The class of a review depends on the ones before, so every review of a customer is replayed from the first. No recursion is
    needed: at each cut the customer stands above or below until a review decides otherwise, so the newest decision counts. -#}

{#- Y and Z begin at a cut; everybody stands above that of X. -#}
{%- set cuts = [2, 3] %}

-- depends_on: {{ ref('int_replayed_customers') }}
with months as (

    select * from {{ ref('int_customer_month') }}
    {%- if is_incremental() %}
    where (source_code, customer_key) in (select source_code, customer_key from {{ ref('int_replayed_customers') }})
    {%- endif %}

),

customers as (

    select
        source_code,
        customer_key,
        min(month_number) as first_month
    from months
    where has_sale
    group by source_code, customer_key

),

reviews as (

    select
        review_dates.review_date,
        review_dates.review_month,
        parameters.value as least_months
    from {{ ref('int_review_dates') }} as review_dates
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'xyz_least_months' and {{ valid_on('parameters', 'review_dates.review_date') }}

),

-- months without an order are zero months, and add nothing. Whole numbers of cents, so that the sums are exact.
cents as (

    select
        months.source_code,
        months.customer_key,
        months.month_number,
        customers.first_month,
        cast(round(cast(cast(months.net_revenue as decimal(18, 2)) as double) * 100) as bigint) as cents
    from months
    inner join customers
        on
            months.source_code = customers.source_code
            and months.customer_key = customers.customer_key
            and months.month_number >= customers.first_month

),

-- added up once per customer, not once per review: each sum stands until the customer's next month
sums as (

    select
        source_code,
        customer_key,
        month_number,
        first_month,
        cast(
            sum(cents) over (
                partition by source_code, customer_key order by month_number
                rows between unbounded preceding and current row
            ) as double
        ) / 100 as revenue,
        cast(
            sum(cast(cents as decimal(19, 0)) * cast(cents as decimal(19, 0))) over (
                partition by source_code, customer_key order by month_number
                rows between unbounded preceding and current row
            ) as double
        ) / 10000 as squared_revenue,
        lead(month_number) over (partition by source_code, customer_key order by month_number) as next_month
    from cents

),

reviewed as (

    select
        sums.source_code,
        sums.customer_key,
        reviews.review_date,
        reviews.review_month,
        sums.revenue,
        sums.squared_revenue,
        reviews.review_month - sums.first_month + 1 as month_count
    from sums
    inner join reviews
        on
            sums.month_number <= reviews.review_month
            and coalesce(sums.next_month, 999999) > reviews.review_month
    where reviews.review_month - sums.first_month + 1 >= reviews.least_months

),

measured as (

    select
        *,
        -- sample standard deviation over the mean; none where the mean is not positive
        case
            when revenue > 0 and month_count > 1
                then
                    sqrt(greatest(squared_revenue - revenue * revenue / month_count, 0) / (month_count - 1))
                    / (revenue / month_count)
        end as revenue_variation
    from reviewed

),

-- the rules of each review, found once per date and not once per customer
classes as (

    select
        review_dates.review_date,
        classes.class_number,
        classes.xyz_class,
        classes.variation_from,
        classes.variation_from * (1 + parameters.value) as clearly_from,
        classes.variation_from * (1 - parameters.value) as clearly_up_to
    from {{ ref('int_review_dates') }} as review_dates
    inner join {{ ref('stg_policy__xyz_classes') }} as classes on {{ valid_on('classes', 'review_dates.review_date') }}
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'xyz_hysteresis_share' and {{ valid_on('parameters', 'review_dates.review_date') }}

),

-- one row of rules per review, so that a customer's review stays one row
cuts as (

    select
        {%- for cut in cuts %}
        max(case when class_number = {{ cut }} then variation_from end) as from_{{ cut }},
        max(case when class_number = {{ cut }} then clearly_from end) as clearly_from_{{ cut }},
        max(case when class_number = {{ cut }} then clearly_up_to end) as clearly_up_to_{{ cut }},
        {%- endfor %}
        review_date
    from classes
    group by review_date

),

sides as (

    select
        {%- for cut in cuts %}
        case
            when cuts.from_{{ cut }} is null then 0
            when measured.revenue_variation is null then 1
            when measured.revenue_variation >= cuts.from_{{ cut }} then 1
            else 0
        end as side_{{ cut }},
        case
            when cuts.from_{{ cut }} is null then 0
            when measured.revenue_variation is null then 1
            when measured.revenue_variation >= cuts.clearly_from_{{ cut }} then 1
            when measured.revenue_variation <= cuts.clearly_up_to_{{ cut }} then 0
        end as clear_side_{{ cut }},
        {%- endfor %}
        measured.source_code,
        measured.customer_key,
        measured.review_date,
        measured.review_month,
        measured.month_count,
        measured.revenue_variation
    from measured
    inner join cuts on measured.review_date = cuts.review_date

),

compared as (

    select
        {%- for cut in cuts %}
        lag(side_{{ cut }}) over (partition by source_code, customer_key order by review_date) as side_before_{{ cut }},
        {%- endfor %}
        *
    from sides

),

decisions as (

    select
        {%- for cut in cuts %}
        -- the first review, or two running, else a clear one; later months are larger numbers
        review_month * 2 + case
            when side_before_{{ cut }} is null or side_before_{{ cut }} = side_{{ cut }} then side_{{ cut }}
            else clear_side_{{ cut }}
        end as decision_{{ cut }},
        {%- endfor %}
        source_code,
        customer_key,
        review_date,
        month_count,
        revenue_variation
    from compared

),

-- so that the largest is the newest decision
latched as (

    select
        {%- for cut in cuts %}
        max(decision_{{ cut }}) over (
            partition by source_code, customer_key
            order by review_date
            rows between unbounded preceding and current row
        ) % 2 as standing_{{ cut }},
        {%- endfor %}
        source_code,
        customer_key,
        review_date,
        month_count,
        revenue_variation
    from decisions

),

class_numbers as (

    select
        source_code,
        customer_key,
        review_date,
        month_count,
        revenue_variation,
        1 + standing_{{ cuts | join(' + standing_') }} as class_number
    from latched

),

final as (

    select
        class_numbers.source_code,
        class_numbers.customer_key,
        class_numbers.review_date,
        class_numbers.month_count,
        class_numbers.revenue_variation,
        classes.xyz_class,
        refresh.policy_version
    from class_numbers
    cross join {{ ref('stg_control__refresh') }} as refresh
    inner join classes
        on class_numbers.class_number = classes.class_number and class_numbers.review_date = classes.review_date

)

select * from final
