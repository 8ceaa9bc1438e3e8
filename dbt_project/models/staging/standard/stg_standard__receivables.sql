{{ stage_receivables('standard') }}
