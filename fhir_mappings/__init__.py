"""FHIR resources in, a `guideline.case.Case` out: what the record says, with where it says so.

In: the bytes of a CDS Hooks request, a Bundle, an array or a resource. Out: one frozen `Case` in which every fact carries its value,
its date and its source, and in which whatever could not be used is named (`Case.problems`). What the facts *mean* is none of this
room's business: that is `guideline`.

The doors, in the order of use:

    reading.read_hook_request(body: bytes) -> HookRequest      envelope (plain dict without prefetch) + Reading
    reading.read_document(body: bytes)     -> HookRequest      any Bundle, array, resource or hook request (bare record: envelope {})
    reading.read_value(raw: bytes)         -> Reading          one JSON value, such as a page fetched from a FHIR server
    case_builder.build_case(reading, *, patient_id: str | None, today: date) -> Case
    case_builder.patient_ids(reading)      -> tuple[str, ...]  the Patients of a document, for the command line
    prefetch_queries.PREFETCH              -> dict[str, str]   the CDS Hooks 2.0 prefetch templates
    diagnose.diagnose(body: bytes, *, today) -> Diagnosis      resource by resource: what is wrong, what was not used, and why
    errors.Unreadable (NotJson, NotUtf8, TooDeep, NotFhir, WrongShape)  the only exceptions that reading raises

A document is opened and read:

`reading`, `documents`               bytes to typed resources; what makes that impossible: `errors`
`resources`, `required_codes`        the resources, and the codes that FHIR requires in them
`record`                             those of them that are about this patient, each once
`prefetch_queries`                   what an EHR is asked to send
`diagnose`                           what is wrong with it

Each subject has one module or package, and `case_builder` joins them:

`patient`, `tumour`, `biomarkers`, `medications`, `orders`, `procedures`, `allergies`, `labs`, `dpyd`, `intake`
`lab_names`                          laboratory values, weights and heights that only a label tells
`heart`, `lvef_words`                LVEF and heart failure
`lungs`, `known_lung_disease`        ILD and pneumonitis
`symptoms`, `symptom_names`          symptoms, and how they are named; `neutropenia`: with fever
`toxicities`, `toxicity_names`       neuropathy, and nodular regenerative hyperplasia of the liver
`reproductive`, `reproductive_names` pregnancy and menopause, and how they are named

What they share:

`terminology`, `terminology_files`, `code_tables`, `unread_icd10`    which codes mean what
`coded`, `units`, `dates`, `results`, `status_words`                 how codes, units, dates, results and statuses are read
`ctcae`, `condition_grade`           CTCAE grades in words, and of a Condition
`observation_topics`, `condition_topics`                             what a resource may be about, told in one look
`problem_list`, `visit_diagnoses`, `coded_again`                     what the problem list holds that is really so, and what only repeats it
`denial`, `denial_cues`              whether a text asserts what it names
`nameless`, `lost_facts`             what names nothing, and which kind of fact is lost with a resource
`remembered`                         a cache for what codes and labels mean
"""
