{#- The ledger as it stands when the refresh begins: what follows reads this snapshot, not the file, so that a delivery that
    lands meanwhile is never taken for absorbed. -#}

select * from {{ ref('stg_control__deliveries') }}
