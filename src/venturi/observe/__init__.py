"""What Venturi says about itself.

lines       the lines of a long-running process, for whoever watches it: plain or JSON
figures     counts, values and durations; which of them are sent, and to whom
statsd      ... as StatsD, DogStatsD and InfluxDB take them, over UDP
prometheus  ... as Prometheus reads them
otlp        ... as an OpenTelemetry collector takes them, in JSON over HTTP
endpoint    a small HTTP server for /metrics and /health
"""
