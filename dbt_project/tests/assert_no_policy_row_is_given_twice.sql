-- A returned row is a rule that one version of a policy table states twice: whatever joins it would count twice.
{%- set keys = {
    'abc_classes': ['abc_class'],
    'activity_pools': ['activity'],
    'assumed_margins': ['source'],
    'capacity_cost_rates': ['pool'],
    'costing_modes': ['source', 'pool'],
    'delivery_tariffs': ['zone'],
    'delivery_zones': ['country'],
    'freight_tariffs': ['zone', 'transport_mode', 'weight_from_kg'],
    'off_invoice_rebates': ['source', 'source_customer_id'],
    'parameters': ['name'],
    'profit_levers': ['lever'],
    'return_costs': ['reason'],
    'rfm_fixed_points': ['measure', 'cut_number'],
    'rfm_maps': ['map_name'],
    'rfm_measures': ['measure'],
    'rfm_quantile_points': ['cut_number'],
    'rfm_range_maps': ['map_name', 'priority'],
    'rfm_segment_map': ['r_score', 'fm_score'],
    'time_equations': ['activity', 'driver', 'attribute_value'],
    'xyz_classes': ['xyz_class']
} %}
{% for table, columns in keys.items() %}
select
    '{{ table }}' as policy_table,
    valid_from,
    {{ "cast(" ~ columns | join(" as string) || ', ' || cast(") ~ " as string)" }} as rule
from {{ ref('stg_policy__' ~ table) }}
group by valid_from, {{ columns | join(', ') }}
having count(*) > 1
{% if not loop.last %}union all{% endif %}
{% endfor %}
