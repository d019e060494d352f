"""The store: what outlives an answer. Feedback on cards, how often each kind was shown, which tokens of clients were used.

`tables` says what is kept, `migrations` how the tables came to be, `database` opens it (an SQLite file, or PostgreSQL by URL). `store`
is what the rest of the service holds: it keeps feedback, answers which cards a clinician has dealt with already, and counts cards shown
without writing on the way of an answer. A store that cannot be reached costs feedback (503), never a card; but where clients must be
authenticated, their calls (503) as well, since nobody can say then whether a token is new.
"""
