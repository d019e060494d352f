"""CDS Hooks 2.0: discovery and calls.

`registry` names the services, `discovery` lists them. A call: `envelope` (with `schema_types`) checks its own members, `prefetch` looks at
what it brought and fetches the rest, `answers` makes its cards, `client_traits` fits them to the EHR, `recorded` says what goes on record,
and `calls` is the HTTP around it. `feedback` takes what became of the cards, in the words of `feedback_messages`.
"""
