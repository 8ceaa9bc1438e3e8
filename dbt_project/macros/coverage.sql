{#- Which columns of the published customers are NULL while nobody delivers what they say, and which feed says it. -#}
{% macro columns_by_feed() -%}
    {{ return({
        'customer_segments': {
            'customers': [
                'customer_type', 'parent_customer_id', 'demographic_segment',
            ],
            'orders': [
                'region', 'market_cluster', 'first_order_date', 'last_order_date', 'tenure_days', 'recency_days',
                'frequency', 'monetary', 'r_score', 'f_score', 'm_score', 'rfm_code', 'rfm_segment', 'xyz_class',
                'value_score', 'priority_score', 'priority_rank', 'behaviour_cluster',
            ],
            'products': [
                'gross_margin', 'net_contribution', 'cost_basis', 'abc_profit', 'profit_quadrant',
            ],
            'survey_responses': [
                'preference_segment',
            ],
        },
        'customer_profile': {
            'customers': [
                'known_for_days', 'is_under_contract', 'customer_type', 'age_band', 'income_band', 'education',
                'occupation', 'household_band', 'commute_band', 'industry', 'size_band', 'ownership',
                'nearest_warehouse_id', 'nearest_distance_km', 'serving_distance_km', 'postal_area', 'region',
                'market_cluster',
            ],
            'orders': [
                'value_score', 'net_revenue_rank', 'value_axis', 'relationship_axis', 'own_gap_days', 'last_gap_days',
                'at_risk_after_days', 'churned_after_days', 'revenue_trend', 'gap_variation', 'mean_order_value',
                'mean_order_lines', 'promotion_order_share', 'promotion_index', 'main_channel', 'main_channel_share',
                'channel_count', 'return_share', 'is_integrated', 'serving_warehouse_id', 'requested_lead_days',
                'promised_lead_days', 'wanted_weekday', 'priority_value_rank', 'strategic_importance_rank',
                'growth_rank', 'churn_risk_rank', 'priority_known_weight', 'priority_score', 'priority_rank',
            ],
            'products': [
                'gross_margin_rank', 'net_contribution_rank', 'is_large_and_unprofitable', 'is_promise_too_dear',
                'category_count', 'category_concentration', 'category_entropy', 'brand_count', 'brand_concentration',
                'brand_entropy',
            ],
            'shipments': [
                'delivered_lead_days', 'gap_to_request_days', 'later_than_wanted_share', 'on_time_share',
                'in_full_share', 'service_need_rank',
            ],
            'inventory': [
                'customised_line_share',
            ],
            'survey_responses': [
                'share_of_wallet', 'revenue_elsewhere', 'is_advocate', 'preference_segment', 'preference_weight',
            ],
        },
    }) }}
{%- endmacro %}
