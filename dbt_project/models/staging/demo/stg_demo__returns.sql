{{ stage_returns('demo') }}
