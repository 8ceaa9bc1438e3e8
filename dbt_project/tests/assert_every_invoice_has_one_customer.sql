-- A returned row is an invoice whose lines name different customers, countries or days: the model takes one for all of them.
select
    delivery_date,
    InvoiceNo
from {{ source('online_retail', 'invoice_lines') }}
group by delivery_date, InvoiceNo
having
    min(coalesce(CustomerID, '')) <> max(coalesce(CustomerID, ''))
    or min(Country) <> max(Country)
    or cast(min(InvoiceDate) as date) <> cast(max(InvoiceDate) as date)
