"""CDS Hooks 2.0: discovery and calls.

`registry` names the services, `discovery` lists them, `envelope` checks a request's own members, `prefetch` tells which kinds of resource
a request could have brought, `calls` answers.
"""
