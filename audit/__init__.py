"""What this project is made of, and whether any of it is known to be vulnerable: `make sbom` and `make audit`.

`advisories` asks an advisory service about every pinned package (pip-audit), `sbom` writes the bill of materials (CycloneDX). Both run in
an environment of their own, `.venv-audit`, so that their many dependencies are not among ours.
"""
