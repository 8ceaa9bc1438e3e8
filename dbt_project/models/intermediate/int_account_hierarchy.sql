{%- set levels = var('account_hierarchy_levels') -%}

with accounts as (

    select
        as_of_date,
        source_code,
        customer_key,
        -- an account that names itself is a top one
        case when parent_customer_key <> customer_key then parent_customer_key end as parent_key
    from {{ ref('int_customer_attributes_as_of') }}

),

level_0 as (

    select
        as_of_date,
        source_code,
        customer_key,
        customer_key as ancestor_key,
        parent_key as next_key,
        0 as depth
    from accounts
    where parent_key is not null

),

-- so many steps and no more, so that a circle ends too; a recursive query would not run on every engine
{% for level in range(1, levels + 1) -%}
level_{{ level }} as (

    select
        below.as_of_date,
        below.source_code,
        below.customer_key,
        coalesce(below.next_key, below.ancestor_key) as ancestor_key,
        accounts.parent_key as next_key,
        case when below.next_key is null then below.depth else {{ level }} end as depth
    from level_{{ level - 1 }} as below
    left join accounts
        on
            below.as_of_date = accounts.as_of_date
            and below.source_code = accounts.source_code
            and below.next_key = accounts.customer_key

),

{% endfor -%}
final as (

    select
        accounts.as_of_date,
        accounts.source_code,
        accounts.customer_key,
        case
            when walked.next_key is not null then accounts.customer_key
            else coalesce(walked.ancestor_key, accounts.customer_key)
        end as ultimate_parent_key,
        case when walked.next_key is not null then 0 else coalesce(walked.depth, 0) end as depth,
        walked.next_key is not null as has_cycle
    from accounts
    left join level_{{ levels }} as walked
        on
            accounts.as_of_date = walked.as_of_date
            and accounts.source_code = walked.source_code
            and accounts.customer_key = walked.customer_key

)

select * from final
