"""What medicine says: a case in, advice out.

Inside: the case (`case`), what it amounts to (`situation` and the modules it draws on), the knowledge files (`knowledge/`), the rules by
clinical question (`rules/`) and the one door, `advise.advise(case, practice)`. Knows no FHIR, no HTTP and no CDS Hooks.
"""
