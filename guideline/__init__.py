"""What medicine says: a case in, advice out. Knows no FHIR, no HTTP and no CDS Hooks.

`advise`              the door: a case in, the advice out
`advise_orders`       the door for order hooks: a case and its draft orders in
`explain`             why an advice is what it is

`case`, `orders`      what is asked: the facts of one patient, and draft orders; their dates are of `partial_date`, their limits of `bounds`
`practice`            how a site wants the guideline read
`advice`              what is answered

What the facts amount to, before any rule speaks:

`situation`           all of it together
`exposures`, `therapy_setting`, `therapy_lines`               what was really given, against which disease, in which lines
`progression`, `still_given`                                  how a line ended, and whether it goes on
`going_on`            what was given lately and goes on beside what is ordered
`relapse`             how soon metastases came after (neo)adjuvant therapy; `label_flags`: which conditions of labels hold
`study_drugs`         whether a study drug may be, or have been, a line
`her2_status`         HER2 over time, from `her2_findings` (one per specimen) and `two_primaries` (both breasts); `hormone_receptors`
`heart_function`      the LVEF over time; `lvef_by_drug`, `lvef_tables`, `lvef_dips` and `lvef_stop` hold it against each drug's label
`past_failure`        heart failure that has resolved; `failure_under_drug`: that which began under a HER2 drug
`fell_silent`         therapy of which there is just no dose any more; `lvef_holds`: after a low LVEF, `silent_tdxd`: after pneumonitis
`lung_history`        ILD and pneumonitis; `tdxd_pneumonitis`: which of them is that of T-DXd, `tdxd_restart`: the dose after them;
                      `tdm1_pneumonitis`: what has ended T-DM1
`setbacks`            laboratory values and febrile neutropenia after which a drug goes on one dose level down, or not at all
`held_values`         laboratory values that hold a drug until they are better than the limit of the hold
`brain_disease`       metastases of the central nervous system
`reproductive`        pregnancy and menopause; `performance`: the performance status that counts today
`allergies`           which drugs a recorded allergy concerns, and what tells that a mild reaction was none
`body`, `laboratory`, `kidneys`, `dpyd`    measures, and laboratory values that count today
`unread_results`      results that could not be read and are newer than all that could
`intake`              answers of the questionnaire, as long as they count; `symptoms`: those that the chart tells of, for as long
`order_question`      what would be given if the drafts were carried out; of each drug: `earlier_doses`, `dosing`, `dosing_weight`,
                      `companions`, `ordered_level`

The rules, by clinical question: `rules`. Beside them:

`facts_used`          the facts an advice rests on, in words
`spoken_rules`        which rules speak in a finding
`considered`, `unknowns`, `what_if`    why nothing was said, what is not known, and what it could change
`site_file`, `site_rules`              what a site switched off, and what may be

The files of `knowledge/`, checked and typed when the package is imported:

`knowledge_base`      the one object that rules read; `thresholds`, `knowledge_entries`, `order_knowledge`, `other_drugs` and `orderables`
                      are its types, `knowledge_files`, `knowledge_checks` and `knowledge_printing` read, check and word them
`drug_classes`        the drugs by class, and what each product brings
`sources`             the register of what rules and evidence name as their sources
"""
