{#- Read from a copy that only a finished refresh leaves behind: a refresh of single models loses no change. -#}
{%- set absorbed = absorbed_before('int_absorbed_exchange_rates') -%}

-- depends_on: {{ ref('int_refresh_plan') }}
with rates as (

    select source_code, currency, valid_from, valid_to, rate_to_base
    from {{ ref('int_exchange_rates') }}

),

absorbed as (

    {% if absorbed is none -%}
    select * from rates
    {%- else -%}
    select source_code, currency, valid_from, valid_to, rate_to_base
    from {{ absorbed }}
    {%- endif %}

),

final as (

    select distinct
        coalesce(rates.source_code, absorbed.source_code) as source_code,
        coalesce(rates.valid_from, absorbed.valid_from) as changed_from,
        coalesce(rates.valid_to, absorbed.valid_to) as changed_to
    from rates
    full outer join absorbed
        on
            rates.source_code = absorbed.source_code
            and rates.currency = absorbed.currency
            and rates.valid_from = absorbed.valid_from
            and rates.valid_to = absorbed.valid_to
            and rates.rate_to_base = absorbed.rate_to_base
    -- came, changed (both periods show up, each without the other) or went
    where rates.currency is null or absorbed.currency is null

)

select * from final
