// Order entry: the draft orders of the open chart, and what a card's suggestion does to them.
import { byId, element } from './dom.js'

/** The drafts, shown in the page's list. `changed(selections)` is called after each change, with the references of what was touched. */
export class Orders {
  #drafts = new Map()
  #number = 0

  constructor(chart, today, changed) {
    this.chart = chart
    this.today = today
    this.changed = changed
  }

  /** The drafts as the hooks send them. */
  bundle() {
    return { resourceType: 'Bundle', type: 'collection', entry: [...this.#drafts.values()].map((resource) => ({ resource })) }
  }

  get empty() {
    return this.#drafts.size === 0
  }

  /** Draft an order: a resource without id, as the list of drugs or a suggestion gives it. Returns its reference. */
  draft(resource) {
    this.#number += 1
    const order = {
      ...resource,
      id: `draft-${this.#number}`,
      subject: resource.subject ?? { reference: `Patient/${this.chart.patient}` },
      authoredOn: resource.authoredOn ?? this.today,
      requester: resource.requester ?? { reference: this.chart.user },
    }
    return this.#keep(order)
  }

  /** Carry out the actions of a suggestion: deletions, creations, updates. Calls `changed` once. */
  apply(suggestion) {
    const actions = suggestion.actions ?? []
    for (const action of actions.filter((one) => one.type === 'delete')) this.#drafts.delete(action.resourceId)
    const touched = [
      ...actions.filter((one) => one.type === 'create').map((one) => this.draft(one.resource)),
      ...actions.filter((one) => one.type === 'update').map((one) => this.#keep(one.resource)),
    ]
    this.show(touched)
    this.changed(touched)
  }

  /** Take everything out, signed or not. */
  clear() {
    this.#drafts.clear()
    this.show()
  }

  #keep(resource) {
    const reference = `${resource.resourceType}/${resource.id}`
    this.#drafts.set(reference, resource)
    return reference
  }

  /** Show the list anew; `touched` are marked. */
  show(touched = []) {
    byId('drafts').replaceChildren(...[...this.#drafts].map(([reference, order]) => this.#row(reference, order, touched.includes(reference))))
    byId('no-drafts').hidden = !this.empty
    byId('sign').disabled = this.empty
  }

  #row(reference, order, touched) {
    const name = nameOf(order)
    const remove = () => {
      this.#drafts.delete(reference)
      this.show()
      byId('drug').focus()
      this.changed([])
    }
    return element(
      'li',
      { class: touched ? 'touched' : null },
      element('strong', {}, name),
      element('span', { class: 'doses' }, ...this.#doses(reference, order)),
      element('button', { type: 'button', class: 'plain', 'aria-label': `Remove ${name}`, onclick: remove }, 'Remove'),
    )
  }

  /** The doses of a drug order, each of which can be changed. */
  #doses(reference, order) {
    return (order.dosageInstruction ?? []).map((dosage, place) => {
      const quantity = dosage.doseAndRate?.[0]?.doseQuantity
      if (!quantity) return element('span', {}, dosage.text ?? '')
      const field = element('input', { type: 'number', min: '0', step: 'any', value: quantity.value, 'aria-label': `Dose in ${quantity.unit}` })
      field.addEventListener('change', () => {
        if (!(field.valueAsNumber > 0)) {
          // What is no dose is not taken, and the field shows what is ordered.
          field.value = this.#drafts.get(reference).dosageInstruction[place].doseAndRate[0].doseQuantity.value
          return
        }
        this.#drafts.set(reference, withDose(this.#drafts.get(reference), place, field.valueAsNumber))
        this.changed([reference])
      })
      return element('span', { class: 'dose' }, field, ` ${restOf(dosage)}`)
    })
  }
}

function nameOf(order) {
  const concept = order.medicationCodeableConcept ?? order.code ?? {}
  return concept.text ?? concept.coding?.[0]?.display ?? order.resourceType
}

/** A dosage's text without its number: `mg/kg IV every 3 weeks`. */
function restOf(dosage) {
  const { value, unit } = dosage.doseAndRate[0].doseQuantity
  const text = dosage.text ?? unit
  return text.startsWith(`${value} `) ? text.slice(`${value} `.length) : text.replace(`${value} ${unit}`, unit)
}

function withDose(order, place, value) {
  const changed = structuredClone(order)
  const dosage = changed.dosageInstruction[place]
  const quantity = dosage.doseAndRate[0].doseQuantity
  dosage.text = dosage.text?.replace(`${quantity.value} ${quantity.unit}`, `${value} ${quantity.unit}`)
  quantity.value = value
  return changed
}
