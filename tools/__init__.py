"""Programs for people who work on the project; the product itself never imports them."""
