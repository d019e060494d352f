"""What medicine says: a case in, advice out. Knows no FHIR, no HTTP and no CDS Hooks.

`advise`              the door: a case in, the advice out
`advise_orders`       the door for order hooks: a case and its draft orders in
`explain`             why an advice is what it is

`case`, `orders`      what is asked: the facts of one patient, and draft orders; their dates are of `partial_date`, their limits of `bounds`
`practice`            how a site wants the guideline read
`advice`              what is answered

What the facts amount to, before any rule speaks:

`situation`           all of it together
`therapy`             courses and lines of therapy, and how they ended
`biomarkers`          HER2 and hormone receptors
`heart`               LVEF and heart failure
`lungs`               ILD and pneumonitis
`laboratory`          laboratory values, kidneys, DPYD, and what they set back
`brain_disease`       metastases of the central nervous system
`reproductive`        pregnancy and menopause; `performance`: the performance status that counts today
`allergies`           which drugs a recorded allergy concerns, and what tells that a mild reaction was none
`body`                weight, height, body surface area and creatinine clearance
`unread_results`      results that could not be read and are newer than all that could
`intake`              answers of the questionnaire, as long as they count; `symptoms`: those that the chart tells of, for as long
`label_flags`         which conditions of labels hold
`order_question`      what would be given if the drafts were carried out; `dosing`: of which dose, `companions`: beside which medicines

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
