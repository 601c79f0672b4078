"""Tags: what stands on recipe cards, and what sorts the catalogue behind them."""
