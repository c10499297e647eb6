"""A real Kubernetes and a real Kafka on one machine, for development and tests: the package behind dev/cluster."""
