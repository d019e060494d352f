// The CDS client: discovery, the three hooks, feedback.
import { uuid } from './dom.js'
import { call } from './traffic.js'

/** What a service is asked, and what it is told, for one open chart. */
export class CdsClient {
  #services = null

  /** `address` is that of discovery. */
  constructor(address, chart) {
    this.address = address
    this.chart = chart
  }

  /** Read discovery, unless that was done. */
  async discover() {
    this.#services ??= (await call('CDS: discovery', this.address)).services
  }

  /** The services of a hook. */
  of(hook) {
    return this.#services.filter((service) => service.hook === hook)
  }

  /** Call every service of a hook. Returns `{service, cards}` for each. */
  async fire(hook, further = {}) {
    // To ask nobody would look like having nothing to say.
    if (!this.#services) throw new Error('The service has not told which services it has. Open the chart again.')
    const context = { userId: this.chart.user, patientId: this.chart.patient, ...further }
    return Promise.all(this.of(hook).map((service) => this.#call(service, context)))
  }

  async #call(service, context) {
    const prefetch = await this.chart.prefetch(service.prefetch ?? {}, context)
    const answer = await call(`CDS: ${service.hook}`, `${this.address}/${service.id}`, {
      method: 'POST',
      json: { hook: service.hook, hookInstance: uuid(), ...this.chart.session, context, prefetch },
    })
    return { service, cards: answer.cards }
  }

  /** Tell a service that a suggestion was taken. */
  async accepted(service, card, suggestion) {
    await this.#feedback(service, { card: card.uuid, outcome: 'accepted', acceptedSuggestions: [{ id: suggestion.uuid }] })
  }

  /** Tell a service that a card was set aside, with a reason (a Coding) and a comment where there are any. */
  async overridden(service, card, reason, comment) {
    const why = { ...(reason && { reason }), ...(comment && { userComment: comment }) }
    await this.#feedback(service, {
      card: card.uuid,
      outcome: 'overridden',
      ...(Object.keys(why).length && { overrideReason: why }),
    })
  }

  async #feedback(service, entry) {
    await call(`CDS: feedback, ${entry.outcome}`, `${this.address}/${service.id}/feedback`, {
      method: 'POST',
      json: { feedback: [{ ...entry, outcomeTimestamp: new Date().toISOString() }] },
    })
  }
}
