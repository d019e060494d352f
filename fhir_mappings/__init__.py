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
"""
