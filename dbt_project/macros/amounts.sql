{#- Amounts: conversion into the base currency at the rate of the order's day, and parts of an amount. -#}

{#- True where amounts of an order are in another currency than the house's. -#}
{% macro is_foreign(currency) -%}
    coalesce({{ currency }} <> (select base_currency from {{ ref('stg_control__refresh') }}), false)
{%- endmacro %}

{#- The rate of every foreign currency and order day that occurs in a CTE of orders; the days are few, so that the orders themselves
    are joined by equality. Without a rate for the day there is no row. -#}
{% macro rates_of_order_days(orders) -%}
    select
        order_days.source_code,
        order_days.currency,
        order_days.order_date,
        rates.rate_to_base
    from (
        select distinct source_code, currency, order_date from {{ orders }}
        where {{ is_foreign('currency') }}
    ) as order_days
    inner join {{ ref('int_exchange_rates') }} as rates
        on
            order_days.source_code = rates.source_code
            and order_days.currency = rates.currency
            and {{ valid_on('rates', 'order_days.order_date') }}
{%- endmacro %}

{#- An amount in base currency; NULL where a foreign order's day has no rate. -#}
{% macro in_base_currency(amount, is_foreign, rate) -%}
    case
        when not {{ is_foreign }} then {{ amount }}
        else cast({{ amount }} * {{ rate }} as decimal(18, 4))
    end
{%- endmacro %}

{#- One number divided by another, in floating point: engines divide decimals each in its own way, floating-point numbers all alike. -#}
{% macro quotient(dividend, divisor) -%}
    cast({{ dividend }} as double) / cast({{ divisor }} as double)
{%- endmacro %}

{#- The part of an amount that falls to so many of all units, rounded once to four decimals. -#}
{% macro part_of(amount, units, all_units) -%}
    {{ decimal_from(quotient(amount ~ ' * ' ~ units, all_units), 4) }}
{%- endmacro %}
