"""What was given, in which courses and lines, and how each of them ended.

`exposures`, `setting`, `lines`    what was really given, against which disease, in which lines
`progression`, `still_given`       how a line ended, and whether it goes on
`going_on`                         what was given lately and goes on beside what is ordered
`fell_silent`                      therapy of which there is just no dose any more
`relapse`                          how soon metastases came after (neo)adjuvant therapy
`study_drugs`                      whether a study drug may be, or have been, a line
"""
