"""The heart: the LVEF over time, held against the label of each drug, and heart failure.

`function`                         the LVEF that counts today, its baseline and its course
`lvef_by_drug`, `lvef_tables`      what each drug's label makes of it: hold, go on, stop
`lvef_dips`, `lvef_stop`           falls that were confirmed or not, and those that end a drug
`lvef_holds`                       therapy that fell silent after a low LVEF
`past_failure`                     heart failure that has resolved; `failure_under_drug`: that which began under a HER2 drug
"""
