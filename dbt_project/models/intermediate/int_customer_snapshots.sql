{{ snapshots_as_of(ref('int_customers_united')) }}
