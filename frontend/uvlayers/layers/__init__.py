"""The layer plan: which wheels share a layer, and in which order. Pure, no state between builds."""
