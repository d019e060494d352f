// The EHR's own side: who works in it, the open chart, and the prefetch that is filled from its FHIR server.
import { randomHex } from './dom.js'
import { call, note } from './traffic.js'

const USER = 'her2-cds demo user'

/** Who works in the demo EHR, as `Practitioner/demo-...`: one person as long as the browser's tab is open. */
export function currentUser() {
  return sessionStorage.getItem(USER) ?? newUser()
}

/** Somebody else takes over, to whom every card is new. */
export function newUser() {
  const user = `Practitioner/demo-${randomHex(4)}`
  sessionStorage.setItem(USER, user)
  return user
}

/** An open chart. `base` is where the demo is served, `patient` the patient's id. */
export class Chart {
  #answers = new Map()

  constructor(base, patient, user) {
    this.base = base
    this.patient = patient
    this.user = user
  }

  /** Open it anew: a token for this patient, and nothing read yet. */
  async open() {
    this.#answers = new Map()
    this.session = await call('EHR: open the chart', `${this.base}session`, {
      method: 'POST',
      json: { patient: this.patient, user: this.user },
    })
  }

  /**
   * The prefetch of a service, each template filled with the context and asked of the FHIR server, as an EHR does it.
   * A query that fails is left out.
   */
  async prefetch(templates, context) {
    const begun = performance.now()
    // CAUTION: the chart may be opened anew meanwhile, and what is read now is not for that.
    const answers = this.#answers
    const queries = Object.entries(templates).map(([key, template]) => [key, filled(template, context)])
    const fresh = queries.filter(([, query]) => !answers.has(query))
    await Promise.all(fresh.map(([, query]) => this.#read(query, answers)))
    if (fresh.length) {
      const read = fresh.map(([key, query]) => ({ key, query, found: answers.get(query)?.total ?? 1 }))
      note({
        title: `EHR: ${fresh.length} FHIR queries for the prefetch`,
        request: 'GET demo/fhir/...',
        sent: read.map(({ key, query }) => ({ [key]: query })),
        status: 200,
        answer: { resourcesFound: Object.fromEntries(read.map(({ key, found }) => [key, found])) },
        ms: performance.now() - begun,
      })
    }
    return Object.fromEntries(queries.map(([key, query]) => [key, answers.get(query)]).filter(([, answer]) => answer !== undefined))
  }

  async #read(query, answers) {
    const response = await fetch(`${this.base}fhir/${query}`, {
      headers: { Accept: 'application/fhir+json', Authorization: `Bearer ${this.session.fhirAuthorization.access_token}` },
    })
    if (response.status === 401) throw new Error('This chart was open for too long. Open it again.')
    if (response.ok) answers.set(query, await response.json())
  }
}

function filled(template, context) {
  return template.replace(/\{\{context\.(\w+)\}\}/g, (_, name) => encodeURIComponent(context[name]))
}
