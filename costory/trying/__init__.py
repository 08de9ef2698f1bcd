"""The offline coach for a stranger: one paragraph, no account, nothing stored unless they say so."""
