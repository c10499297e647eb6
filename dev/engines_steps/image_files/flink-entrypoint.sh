#!/usr/bin/env bash
# Runs what the pod asks for: Flink's operator writes whole commands.
export FLINK_HOME=/opt/flink PATH=/opt/flink/bin:$PATH
exec "$@"
