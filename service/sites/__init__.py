"""Several hospitals in one deployment, and who of a hospital sees what (docs/sites.md).

| module | does |
|---|---|
| `deployment` | the sites of a deployment, each with its settings and its FHIR client |
| `tenants` | reads the files of the sites (`HER2CDS_TENANTS`) and names each fault by file and line |
| `paths` | chooses the site by the path of a request, `/t/NAME/...` |
| `file_members` | what a site's file may hold beside what the guideline reads from it |
| `audience` | who sees what: who gets cards, topics that are off, topics for some |
| `users` | who asks, as far as a request tells |
"""
