with invoice_lines as (

    select * from {{ source('online_retail', 'invoice_lines') }}

),

final as (

    select
        delivery_date,
        InvoiceNo as order_id,
        -- the file has no line number: lines are numbered by content, so that the order of rows does not matter.
        -- Lines that tie are the same to the last column, so which of them comes first makes no difference.
        row_number() over (
            partition by delivery_date, InvoiceNo
            order by StockCode, Quantity, UnitPrice, Description, InvoiceDate
        ) as line_number,
        StockCode as product_id,
        case
            when StockCode in ('POST', 'DOT', 'C2') then 'shipping'
            when StockCode in ('BANK CHARGES', 'AMAZONFEE', 'CRUK') then 'fee'
            when StockCode in ('M', 'm', 'D', 'B', 'S') or StockCode like 'gift!_%' escape '!' then 'adjustment'
            else 'product'
        end as line_type,
        cast(Quantity as decimal(18, 3)) as quantity,
        UnitPrice as unit_price,
        cast(0 as decimal(18, 4)) as discount_amount,
        cast(null as decimal(18, 4)) as unit_cost
    from invoice_lines

)

select * from final
