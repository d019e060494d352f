"""The FHIR client: gets from the EHR's FHIR server what prefetch did not bring, from whom it may and before the deadline.

In:  searches (prefetch keys with their queries), the `fhirServer` and token of one call, its deadline.
Out: a `Reading` of what came, and per key whether it came whole, in part, not at all, or is not offered to us.

`origins`      which servers, addresses and links are allowed at all
`deadline`     the time that one call may take
`connections`  pooled connections to allowed addresses alone, which can be cut while they wait
`transport`    one GET: caps, retries, redirects within an origin; or one POST, sent once (the SMART app)
`search`       one search: fewer parameters where a server refuses some, and its pages
`client`       all searches of a call side by side
"""
