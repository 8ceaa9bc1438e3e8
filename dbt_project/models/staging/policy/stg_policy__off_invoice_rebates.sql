{{ policy_versions(source('policy', 'off_invoice_rebates')) }}
