"""Client authentication: who calls, proven by a signed token (JWT) in the header of every call.

In:  the `Authorization` header, the address that was called, the settings (`HER2CDS_AUTH`, `HER2CDS_JWT_*`).
Out: the `Client` that calls, or a refusal: a 401 that says nothing, and one word in the log that says why.

`refusals`   every reason why a token is refused
`issuers`    whose tokens are accepted, and where their keys are
`token`      the header taken apart; nothing in it is believed yet
`keys`       a JWKS as public keys, each with the algorithms that it may verify
`key_source` the keys of one file or address: kept, read again when they rotate, kept on when the source is down
`keyring`    the key for a token, from the sources of its issuer and from nowhere else
`claims`     for whom the token is, since when, until when
`gate`       all of it before each call of the CDS Hooks endpoints

That a token is used once is kept in the store (`service.store.replay`), which all processes share.
"""
