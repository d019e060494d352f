"""The SMART-on-FHIR app's way in: an EHR opens the app for one patient, and the app reads that record and may write answers back.

In:  a launch (`/smart/launch`) from an EHR that the site lists (`HER2CDS_SMART_CLIENTS`).
Out: a `SmartSession`: whose record may be read, with which token, until when.

`clients`         which EHRs may launch, and as whom the app is registered there
`site`            what the app of a site works with: connections to the listed EHRs alone, the vault, the addresses
`exchange`        one request to an EHR, ended by the deadline
`discovery`       where an EHR's authorization server is, as far as the site lets it say so
`scopes`          what is asked for, and whether what was granted lets answers be written
`credentials`     how the app proves to a token endpoint that it is the registered client
`authorization`   the address the browser is sent to, and the code for a token (Authlib)
`id_token`        who the user is, where the EHR says so
`vault`           encryption of what is kept
`launching`       the routes: launch, callback, public keys, logout; `serving` puts them into the application
`cookies`         how a browser is known again
`sessions`        opened by the callback, found again by each request
`patient_record`  the patient's data, read once for a session
`write_back`      answers to the intake questionnaire into the EHR
`app_link`        the link to the app on a card
`errors`, `pages` everything that can go wrong, and the page that says so

For the page itself three calls are enough: `sessions.current_session()`, `patient_record.record_of(session)` and, where
`write_back.may_write(session)`, `write_back.write_back(session, questionnaire_response)`. `sessions.check_csrf(request)` comes first in
every POST. `pages.as_app_page(response)` gives an answer the headers of the app.
"""
