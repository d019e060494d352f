"""What an operator sees of the service and sets around it.

`series`          what is counted, with the closed lists of label values
`counts`          the numbers of one process, and the board on which all worker processes write theirs
`counting`        what is counted, and when
`metrics`         `GET /metrics`
`tracing`         W3C trace context: who called, in the log and towards the FHIR server
`spans`           OpenTelemetry, where it is installed
`limits`          calls at the same time
`rates`           calls per client and time
`proxies`         the path under which the service is mounted, and who may say from where a call comes
`request_bodies`  compressed bodies, and what they may unpack to
"""
