{{ stage_returns('standard') }}
