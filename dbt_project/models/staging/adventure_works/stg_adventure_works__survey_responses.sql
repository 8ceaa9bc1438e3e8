with survey_responses as (

    select * from {{ source('adventure_works', 'survey_responses') }}

),

order_reasons as (

    select * from {{ source('adventure_works', 'order_reasons') }}

),

sales_reasons as (

    select * from {{ source('adventure_works', 'sales_reasons') }}

),

internet_sales as (

    select * from {{ source('adventure_works', 'internet_sales') }}

),

customers as (

    select * from {{ source('adventure_works', 'customers') }}

),

orders as (

    select distinct
        delivery_date,
        SalesOrderNumber as order_id,
        CustomerKey as customer_key,
        OrderDate as order_date
    from internet_sales

),

-- a reason is stated for every line of an order, and counts once
reasons as (

    select distinct
        delivery_date,
        SalesOrderNumber as order_id,
        SalesReasonKey as reason_key
    from order_reasons

),

answers as (

    select
        delivery_date,
        cast(SurveyResponseKey as string) as response_id,
        CustomerKey as customer_key,
        Date as answer_date,
        'product_interest' as question,
        EnglishProductSubcategoryName as answer
    from survey_responses
    union all
    select
        reasons.delivery_date,
        reasons.order_id || ' ' || reasons.reason_key as response_id,
        orders.customer_key,
        orders.order_date as answer_date,
        'sales_reason' as question,
        sales_reasons.SalesReasonName as answer
    from reasons
    inner join orders
        on reasons.delivery_date = orders.delivery_date and reasons.order_id = orders.order_id
    inner join sales_reasons
        on reasons.delivery_date = sales_reasons.delivery_date and reasons.reason_key = sales_reasons.SalesReasonKey

),

final as (

    select
        answers.delivery_date,
        answers.response_id,
        customers.CustomerAlternateKey as source_customer_id,
        answers.answer_date,
        answers.question,
        answers.answer
    from answers
    inner join customers
        on answers.delivery_date = customers.delivery_date and answers.customer_key = customers.CustomerKey

)

select * from final
