"""How fast her2-cds answers, beside the floor of the machine it runs on: `python -m bench`, or `make bench`.

`bodies` makes the request bodies, `in_process` times a request and its stages without a network (`timing` in turns), `over_http` starts
servers and drives them with the client of `load`. The floors: `decode`, the pace of a core, and `floor_app`, the least a Flask service can
do; `peers` are other services to stand beside. Runs of their own: `scaling` (workers, the store) and `behind_fhir`, with the slow FHIR
server of `delayed_fhir`. The README beside this file tells how to read the result.
"""
