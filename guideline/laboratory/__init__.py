"""Laboratory values that count today, and what they do to drugs.

`values`                the newest ones, in multiples of the upper limit of normal
`kidneys`, `dpyd`       what creatinine clearance and DPYD allow
`held_values`           values that hold a drug until they are better than the limit of the hold
`setbacks`              values and febrile neutropenia after which a drug goes on one dose level down, or not at all
"""
