"""What dev/engines does: Flink and Spark with their operators, from package registries alone."""
