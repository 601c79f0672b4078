"""Analytics of components: how often they run, how well, how fast, for whom, over any range."""
