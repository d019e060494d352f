"""Observation -> HER2, ER and PgR results, each with its method, its specimen and its date.

`receptors`                                      the results
`answers`, `percent_words`, `stain_scores`, `her2_names`    how an answer, a share of cells, a stain score, and HER2 itself are written
`beside_results`                                 what a result says of something else than the tissue tested
`tested_tissue`                                  which tissue that is
"""
