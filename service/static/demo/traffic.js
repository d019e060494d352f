// "What was sent, what came back": every call of the demo EHR, for those who build one.
import { byId, element } from './dom.js'

const exchanges = []

/**
 * Call an address of the service and note both sides.
 * @param {string} title what it is, in a few words
 * @param {string} url
 * @param {{method?: string, headers?: Object<string, string>, json?: any}} options
 * @returns {Promise<any>} the answer as JSON; `null` where it has no body
 */
export async function call(title, url, { method = 'GET', headers = {}, json } = {}) {
  const begun = performance.now()
  const response = await fetch(url, {
    method,
    headers: json === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
    body: json === undefined ? undefined : JSON.stringify(json),
  })
  const text = await response.text()
  const answer = text ? JSON.parse(text) : null
  note({ title, request: `${method} ${url}`, sent: json, status: response.status, answer, ms: performance.now() - begun })
  if (!response.ok) throw new CallFailed(response.status, answer)
  return answer
}

/** An answer that is none: its status, and the OperationOutcome where there is one. */
export class CallFailed extends Error {
  constructor(status, outcome) {
    super(outcome?.issue?.map((issue) => issue.details?.text).filter(Boolean).join(' ') || `HTTP ${status}`)
    this.status = status
  }
}

/** Note an exchange: `{title, request, sent, status, answer, ms}`. */
export function note(exchange) {
  exchanges.push(exchange)
  const list = byId('exchanges')
  const button = element(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: () => show(exchange, button) },
    element('span', { class: 'title' }, exchange.title),
    element('span', { class: 'quiet' }, `${exchange.status} · ${Math.round(exchange.ms)} ms`),
  )
  list.prepend(element('li', {}, button))
  byId('traffic-count').textContent = `${exchanges.length} calls`
  if (list.children.length === 1 || !list.querySelector('[aria-pressed="true"][data-chosen]')) show(exchange, button, false)
}

function show(exchange, button, chosen = true) {
  for (const other of byId('exchanges').querySelectorAll('button')) {
    other.setAttribute('aria-pressed', String(other === button))
    delete other.dataset.chosen
  }
  if (chosen) button.dataset.chosen = ''
  byId('sent-line').textContent = exchange.request
  byId('sent').textContent = pretty(exchange.sent, 'no body')
  byId('answer-line').textContent = `${exchange.status}`
  byId('answer').textContent = pretty(exchange.answer, 'no body')
}

function pretty(value, otherwise) {
  return value == null ? otherwise : JSON.stringify(value, null, 2)
}
