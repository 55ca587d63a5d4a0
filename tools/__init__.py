"""Programs that set a checkout up; `make` calls them."""
