"""The decision record: what was concluded for each call, from what, with which knowledge, so that a hospital can account for it later.

In: what a call was answered with. Out: one row in the store without names or identifiers in clear (`call`, `facts`), and, where a site
has set a key for it, the encrypted input (`inputs`, `sealing`). `keeping` holds what waits to be written; `retention` forgets it by age.
`replay` evaluates an input again with the knowledge of today, and `difference` compares the answers. The report: `figures` and `days` count
what a committee looks at, `charts` draws it, `words` names it, `report_page` and `report_text` print it. `commands` is the command line.
docs/decision-record.md tells a privacy officer what is kept, why and how long.
"""
