"""Pages and the API: they translate between a browser and the operations, and decide nothing."""
