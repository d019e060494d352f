"""The rules, one module per clinical question. A function states one rule (or a few that belong together) and bears its id.

Which card leads when a chart is opened:

`scope`, `treatment`                                        whether the case is ours, and which treatment question it asks
`first_line`, `next_line`, `later_lines`, `maintenance`, `endocrine`, `brain`, `tumor_board`    the answer to it
`options`, `menu`, `objections`                             how a regimen is put on the card, and what speaks against it
`therapy_gap`, `partner_progression`                        what is asked where the answer hangs on it
`biomarkers`, `gaps`, `start_labs`, `given_on`, `disputed_end`, `cns_answered`    what is said beside it

What is said of drugs that are given or held, when a chart is opened and, where it stands against an order, at order entry:

`heart`, `heart_held`, `heart_ended`, `heart_failed`        LVEF and heart failure; `heart_words`: how they are printed
`lungs`, `lungs_held`                                       ILD and pneumonitis; `lung_words`: how they are printed and asked about
`labs_running`, `kidneys_running`, `dpyd_running`, `febrile_neutropenia`    laboratory values; `lab_words`: how they are printed
`tdm1_toxicity`                                             neuropathy and nodular regenerative hyperplasia under T-DM1
`pregnancy`                                                 pregnancy

`orders`                                                    what is said of orders alone
`unread`, `unseen`                                          what could not be read, and what did not come
"""
