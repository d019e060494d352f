"""Does her2-cds stay as it is for a long time under everything that goes wrong? `python -m soak`, or `make soak`.

`traffic` says what is sent and which answers are right, `callers` send it, `fhir_server` is a FHIR server that fails in every way,
`stores` are the databases and how each is disturbed, `server` is the service and its workers, `plan` says what happens when, `figures` is
what comes out. A run fails at any 5xx but the documented 503 of feedback while the store is down, at an answer of another kind than the
request asked for, at accepted feedback that is not in the store in the end, and at memory that grows.
"""
