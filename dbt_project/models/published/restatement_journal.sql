with restatements as (

    select * from {{ ref('segment_restatements') }}

)

select * from restatements
