with restatements as (

    select * from {{ ref('segment_restatements') }}

),

final as (

    select
        refresh_id,
        as_of_date,
        dimension,
        customers_added,
        customers_removed,
        customers_moved,
        cause,
        policy_version_before,
        policy_version
    from restatements

)

select * from final
