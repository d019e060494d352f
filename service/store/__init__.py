"""The store: what outlives an answer. Feedback on cards, how often each kind was shown, which tokens of clients were used.

`store` is what the rest of the service holds (`opening` makes it from the settings): it keeps feedback, answers which cards a clinician has
dealt with already, and counts cards shown without writing on the way of an answer. A store that cannot be reached costs feedback (503),
never a card; but where clients must be authenticated, their calls (503) as well, since nobody can say then whether a token is new.

`tables`, `migrations`    what is kept, and how the tables came to be
`database`            the door to an SQLite file, or to PostgreSQL by URL; `sqlite_statements` and `upsert`: what SQLAlchemy lacks for them;
                      `silent_server`: how long PostgreSQL is waited for
`feedback_log`        what became of a card
`shown_counts`        how often each kind of card was shown
`replay`              tokens of clients that were used
`smart_rows`          launches and sessions of the SMART app, encrypted
`salt`                what makes the hash on a card meaningless to others
`trial`               whether the store takes what is written to it
`report`              `her2-cds feedback report`
"""
