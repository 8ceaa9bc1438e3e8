with as_of_dates as (

    {{ parameters_as_of(['survey_valid_days', 'promoter_least_score']) }}

),

customers as (

    select * from {{ ref('int_customers_as_of') }}

),

ranked as (

    select
        as_of_dates.as_of_date,
        answers.source_code,
        answers.customer_key,
        answers.question,
        answers.answer,
        as_of_dates.promoter_least_score,
        -- all answers of the newest survey that has the question: a question may allow several
        rank() over (
            partition by as_of_dates.as_of_date, answers.source_code, answers.customer_key, answers.question
            order by answers.answer_date desc
        ) as age_rank
    from {{ ref('int_survey_responses') }} as answers
    inner join as_of_dates
        on
            answers.answer_date <= as_of_dates.as_of_date
            and answers.answer_date > {{ window_start('as_of_dates.as_of_date', 'as_of_dates.survey_valid_days') }}

),

newest as (

    select * from ranked
    where age_rank = 1

),

weights as (

    select
        newest.as_of_date,
        newest.source_code,
        newest.customer_key,
        rules.preference,
        min(rules.rule_number) as rule_number,
        sum(case when rules.answer is null then {{ number_or_null('newest.answer') }} else 1 end) as weight
    from newest
    inner join {{ ref('stg_policy__preference_rules') }} as rules
        on
            newest.question = rules.question
            and (
                (rules.answer is not null and lower(newest.answer) = rules.answer)
                or (rules.answer is null and {{ number_or_null('newest.answer') }} >= rules.least_score)
            )
            and {{ valid_on('rules', 'newest.as_of_date') }}
    group by newest.as_of_date, newest.source_code, newest.customer_key, rules.preference

),

strongest as (

    select
        *,
        row_number() over (
            partition by as_of_date, source_code, customer_key order by weight desc, rule_number asc, preference asc
        ) as place
    from weights

),

answered as (

    select
        as_of_date,
        source_code,
        customer_key,
        count(*) as answer_count,
        max(
            case
                when question = 'recommend' and {{ number_or_null('answer') }} >= promoter_least_score then 1
                when question = 'recommend' then 0
            end
        ) as promoter,
        max(
            case
                when question = 'share_of_wallet' and {{ number_or_null('answer') }} between 0 and 100
                    then {{ quotient(number_or_null('answer'), '100') }}
            end
        ) as share_of_wallet
    from newest
    group by as_of_date, source_code, customer_key

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        coalesce(answered.answer_count, 0) as answer_count,
        case
            when answered.answer_count is null then null
            else coalesce(strongest.preference, 'no_strong_preference')
        end as preference_segment,
        cast(strongest.weight as double) as preference_weight,
        answered.promoter = 1 as is_advocate,
        cast(answered.share_of_wallet as double) as share_of_wallet
    from customers
    left join answered
        on
            customers.as_of_date = answered.as_of_date
            and customers.source_code = answered.source_code
            and customers.customer_key = answered.customer_key
    left join strongest
        on
            customers.as_of_date = strongest.as_of_date
            and customers.source_code = strongest.source_code
            and customers.customer_key = strongest.customer_key
            and strongest.place = 1

)

select * from final
