{%- set levels = var('account_hierarchy_levels') -%}

with accounts as (

    select * from {{ ref('int_customer_parents') }}
    where parent_customer_id is not null

),

level_1 as (

    select
        source_code,
        delivery_date,
        source_customer_id,
        parent_customer_id as ancestor_id,
        1 as depth
    from accounts

),

-- so many steps and no more, so that a circle ends too; a recursive query would not run on every engine
{% for level in range(2, levels + 2) -%}
level_{{ level }} as (

    select
        below.source_code,
        below.delivery_date,
        below.source_customer_id,
        coalesce(accounts.parent_customer_id, below.ancestor_id) as ancestor_id,
        case when accounts.parent_customer_id is null then below.depth else {{ level }} end as depth
    from level_{{ level - 1 }} as below
    left join accounts
        on
            below.source_code = accounts.source_code
            and below.delivery_date = accounts.delivery_date
            and below.ancestor_id = accounts.source_customer_id

),

{% endfor -%}
snapshot_dates as (

    select distinct source_code, delivery_date from {{ ref('int_customer_parents') }}

),

-- a snapshot is the truth until the next one
snapshots as (

    select
        source_code,
        delivery_date,
        lead(delivery_date) over (partition by source_code order by delivery_date) as valid_to
    from snapshot_dates

),

first_listings as (

    select
        source_code,
        source_customer_id,
        min(delivery_date) as delivery_date
    from {{ ref('int_customer_parents') }}
    group by source_code, source_customer_id

),

final as (

    select
        walked.source_code,
        walked.source_customer_id,
        {{ integer_key('walked.source_customer_id') }} as customer_key,
        -- the first one that lists the customer is the truth of the days before it too
        case
            when walked.delivery_date = first_listings.delivery_date then {{ beginning_of_time() }}
            else walked.delivery_date
        end as valid_from,
        snapshots.valid_to,
        walked.ancestor_id as ultimate_parent_id,
        {{ integer_key('walked.ancestor_id') }} as ultimate_parent_key,
        walked.depth
    from level_{{ levels + 1 }} as walked
    inner join snapshots
        on walked.source_code = snapshots.source_code and walked.delivery_date = snapshots.delivery_date
    inner join first_listings
        on
            walked.source_code = first_listings.source_code
            and walked.source_customer_id = first_listings.source_customer_id
    -- a way up that does not end leads nowhere: the account is its own top
    where walked.depth <= {{ levels }}

)

select * from final
