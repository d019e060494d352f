"""HER2 and hormone receptors of the tumour, over time.

`her2_status`           what counts today, from `her2_findings` (one per specimen) and `two_primaries` (both breasts)
`hormone_receptors`     ER and PR
"""
