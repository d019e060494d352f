"""The page of the SMART app: one patient's course, the advice, why, what is missing, and what would be if.

In:  a case (`fhir_mappings.case_builder.build_case`) and how the site practises.
Out: `view.chart_view`, a structure that is at once what the templates print and, as JSON, what scripts draw.

`said`          sentences, facts and rules as the page shows them
`summary`       who and what, in one line
`timeline`      therapies as bars grouped into lines, and what happened beside them
`measurements`  the LVEF, the weight and the laboratory values over time
`heart_limits`  at which LVEF the drugs are held
`doses`         a regimen's doses in mg for this patient
`evidence`      the figures behind a regimen, ready for a forest plot
`options`       the leading regimen, its alternatives, and what is advised against
`findings`      everything else that the cards say
`reasons`       rules, questions that were asked, and what was not read
`questions`     the intake questionnaire, pre-filled, and which answers could change the advice
`answers`       answers given on the page: read from the form, laid over the case, written as a QuestionnaireResponse
`what_if`       one fact switched for the sake of the question
`changes`       what became different, in words
`view`          all of it together
`pages`         the routes

Nothing here judges: what the facts mean is asked of `guideline`, and every figure is one of its knowledge files or of the record.
"""
