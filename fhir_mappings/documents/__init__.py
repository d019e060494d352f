"""What came, before anybody asks what it means: Bundles opened, resources told apart, what is broken set aside.

`bundles`, `outcomes`            what stands under a key, and what came of the search behind it
`later_members`                  members that are decoded only when somebody asks
`old_fhir`                       resources of other FHIR versions, told by their shape
`salvage`                        what can be saved of a document in which something has the wrong type
`half_read`, `passed_over`       what was not read of it, for a site that asks
"""
