"""Ordered doses, held against the label and against what was given before.

`label_doses`           an ordered dose in the unit of the label, and whether it is one of the label's doses
`whole_doses`           tablets of two strengths that are ordered apart, as the one dose that they are
`ordered_level`         the dose level that it is
`earlier_doses`         whether a drug is begun or goes on, and when it was given last
`dosing_weight`         the weight by which its milligrams were calculated
"""
