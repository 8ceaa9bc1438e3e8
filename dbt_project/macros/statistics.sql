{#- Distributions that no engine has, from square roots and exponentials. -#}

{#- Chance that a standard normal variable exceeds a value >= 0: Abramowitz and Stegun 26.2.17, right to 7.5e-8. -#}
{% macro normal_upper_tail(value) -%}
    (
        exp(-{{ value }} * {{ value }} / 2) / sqrt(2 * pi())
        {%- set t = '(1 / (1 + 0.2316419 * ' ~ value ~ '))' %}
        * {{ t }} * (
            0.319381530 + {{ t }} * (
                -0.356563782 + {{ t }} * (1.781477937 + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429))
            )
        )
    )
{%- endmacro %}

{#- Chance that a chi-square variable of so many whole degrees of freedom reaches a value >= 0: the closed series (Abramowitz and
    Stegun 26.4.4 and 26.4.5) for up to 60 degrees of freedom. -#}
{% macro chi_square_upper_tail(value, degrees) -%}
    {%- set product = namespace(even=1.0, odd=1.0) -%}
    case
        when {{ degrees }} < 1 then 1
        else
            case
                when {{ degrees }} % 2 = 1 then 2 * {{ normal_upper_tail('sqrt(' ~ value ~ ')') }}
                else exp(-{{ value }} / 2)
            end
            + case when {{ degrees }} > 2 then exp(-{{ value }} / 2) else 0 end
            * case when {{ degrees }} % 2 = 1 then sqrt(2 * {{ value }} / pi()) else {{ value }} / 2 end
            * (
                1
                {%- for term in range(2, 31) %}
                {%- set product.even = product.even * 2 * term %}
                {%- set product.odd = product.odd * (2 * term - 1) %}
                + case
                    when {{ degrees }} <= {{ 2 * term }} then 0
                    when {{ degrees }} % 2 = 1 then power({{ value }}, {{ term - 1 }}) / {{ '%.17e' | format(product.odd) }}
                    else power({{ value }}, {{ term - 1 }}) / {{ '%.17e' | format(product.even) }}
                end
                {%- endfor %}
            )
    end
{%- endmacro %}

{#- Of a group of amounts > 0 with four decimals, the sum of their squared shares: 1 is a single one. Whole ten-thousandths are squared,
    and whole numbers added up, so that the sum does not depend on the order of rows; the total is taken once per group. -#}
{% macro herfindahl(amount) -%}
    cast(sum(cast(cast({{ amount }} as double) * 10000 * cast({{ amount }} as double) * 10000 as decimal(38, 0))) as double)
    / (cast(sum({{ amount }}) as double) * 10000 * cast(sum({{ amount }}) as double) * 10000)
{%- endmacro %}

{#- Of the same, how evenly it is spread: 0 is a single one, 1 an even spread over all. With shares s = a / t, the sum of -s ln s is
    ln t - sum(a ln a) / t. -#}
{% macro normalised_entropy(amount) -%}
    case
        when count(*) = 1 then 0.0
        else (
            ln(cast(sum({{ amount }}) as double))
            - cast(
                sum(cast(cast({{ amount }} as double) * ln(cast({{ amount }} as double)) * 1e12 as decimal(38, 0))) as double
            ) / 1e12 / cast(sum({{ amount }}) as double)
        ) / ln(count(*))
    end
{%- endmacro %}
