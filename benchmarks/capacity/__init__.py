"""`docs/capacity.md`: what large load tests need, from the measurements and a simulation."""
