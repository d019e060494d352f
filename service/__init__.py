"""The door to the network and to the terminal.

In come CDS Hooks requests over HTTP and files on the command line; out go cards, error answers and the pages that cards link to. Inside
are the Flask application (`service.app.create_app`), its settings, the CDS Hooks envelope, the FHIR client, the store, the command line
(`service.cli`) and the sample patients. Clinical sense lives in the other three rooms: this one only passes their results on.
"""
