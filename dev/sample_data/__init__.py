"""Real data for the quickstart and the end-to-end tests, and the readers that compare what was sent with what arrived."""
