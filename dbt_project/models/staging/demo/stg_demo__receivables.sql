{{ stage_receivables('demo') }}
