"""How fast her2-cds answers, beside the floor of the machine it runs on: `python -m bench`, or `make bench`.

`bodies` makes the request bodies, `in_process` times a request and its stages without a network, `over_http` starts servers and drives
them with the client of `load`, `floor_app` is the least a Flask service can do. The README beside this file tells how to read the result.
"""
