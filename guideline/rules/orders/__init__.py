"""What is said of orders that are chosen or signed, one module per question.

Whether it is the right one:

`order_choice`, `order_backbone`, `order_her2_unproven`     the drug for this patient, its HER2 backbone, a tumour that is HER2-positive
`order_untold`, `order_undiagnosed`, `order_products`       a drug, a cancer, a product of which the order or the record does not tell which
`order_conflicts`, `order_repeats`                          orders that do not go together, or come twice
`order_stop`                                                therapy that is stopped

Whether it is safe:

`order_safety`                                              pregnancy, heart, lungs
`allergy`, `interactions`                                   recorded allergies, other medicines
`order_after_hold`, `order_heart_again`, `order_tdxd_again` after a hold, a fall of the LVEF, pneumonitis
`labs`, `labs_missing`, `order_tdm1_toxicity`               laboratory values, the nerves and liver under T-DM1

Whether the dose is right, and what belongs beside it:

`dose`, `dose_weight`, `rest_days`                          the label's doses, the weight they go by, days without a dose
`first_dose`, `reload`                                      loading, loading again, doses that come too early
`supportive_care`, `ovarian_suppression`                    what is missing beside it

`order_scope`, `dose_words`                                 which orders a rule may speak about, and how their doses are printed
"""
