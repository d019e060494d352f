"""Statements, orders and administrations -> drug records: which drug, at which dose, when, and why it ended.

`exposures`                                            the records
`medication_names`, `medication_references`            how a record names its medication
`drug_names`, `drug_words`, `regimen_names`            which of our drugs that is
`other_drugs`, `study_drugs`                           which other medicine it is
`doses`, `repeats`                                     the dose of a record, and how often it is given
`dose_words`, `day_shares`, `recorded_dose_words`, `former_dose_words`, `infusion_days`    doses as people write them
`partner_words`, `control_words`                       what the words of a dose say of something else
`therapy_words`, `refusal_words`                       why a therapy ended, and with what intent it was given
"""
