"""Which tumour, how far it has spread, and how it goes.

`conditions`                     diagnoses, metastases and stages of Conditions, from `tumour_claims`: what a code or a label claims
`named_by_site`                  breast cancers that only code, body site and histology together name
`stage_words`, `laterality`      stage groups as they are written, and which breast is spoken of
`course`, `growth_words`         disease status, performance status, and words that tell of a progression
"""
