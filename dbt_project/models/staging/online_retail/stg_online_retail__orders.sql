with invoice_lines as (

    select * from {{ source('online_retail', 'invoice_lines') }}

),

final as (

    select
        delivery_date,
        InvoiceNo as order_id,
        -- ids were written as numbers with a fraction; every line of an invoice has the same customer and country
        nullif(regexp_replace(trim(min(CustomerID)), '[.]0$', ''), '') as source_customer_id,
        cast(min(InvoiceDate) as date) as order_date,
        min(Country) as ship_to_country,
        case left(InvoiceNo, 1)
            when 'C' then 'credit'
            when 'A' then 'adjustment'
            else 'sale'
        end as order_kind,
        false as is_test,
        {{ absent_columns('orders', [
            'order_id', 'source_customer_id', 'order_date', 'ship_to_country', 'order_kind', 'is_test'
        ]) }}
    from invoice_lines
    group by delivery_date, InvoiceNo

)

select * from final
