with outcomes as (

    select * from {{ ref('sales_lines_by_outcome') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

final as (

    select
        outcomes.as_of_date,
        sources.source,
        outcomes.line_outcome as reason,
        outcomes.line_count,
        outcomes.net_amount
    from outcomes
    inner join sources on outcomes.source_code = sources.source_code
    where outcomes.line_outcome not in ('sale', 'return')

)

select * from final
