// The demo EHR: what it does when a chart is opened, when an order is picked, and when orders are signed.
import { launch, preparePanel } from './app_panel.js'
import { cardElement } from './cards.js'
import { byId, element, say } from './dom.js'
import { CdsClient } from './hooks.js'
import { Orders } from './orders.js'
import { Chart, currentUser, newUser } from './record.js'
import { call } from './traffic.js'

const page = document.body.dataset
const chart = new Chart(page.base, page.patient, currentUser())
const cds = new CdsClient(page.discovery, chart)
const orders = new Orders(chart, page.today, (touched) => void guarded(() => ordersChanged(touched)))

/** What is said where a card would be: nothing to say, or an error. The two must never look alike. */
function notice(kind, title, text) {
  return element('div', { class: `notice ${kind}` }, element('p', {}, element('strong', {}, title)), element('p', {}, text))
}

/** How much is under way. */
let busy = 0

/** Do something, and say where the cards stand if it fails. Returns whether it went well. */
async function guarded(act) {
  busy += 1
  document.body.setAttribute('aria-busy', 'true')
  try {
    await act()
    return true
  } catch (fault) {
    const text = fault.status === 401 ? 'The service wants to know who calls (HER2CDS_AUTH). The demo EHR needs it to be off.' : fault.message
    say('')
    byId('order-cards').prepend(notice('failed', 'The call failed', text))
    return false
  } finally {
    busy -= 1
    if (!busy) document.body.removeAttribute('aria-busy')
  }
}

function acts(service) {
  return {
    accept: (card, suggestion) =>
      guarded(async () => {
        await cds.accepted(service, card, suggestion)
        orders.apply(suggestion)
      }),
    dismiss: (card, reason, comment) =>
      guarded(async () => {
        await cds.overridden(service, card, reason, comment)
        const then = card.indicator === 'critical' ? 'what is critical is said again all the same' : 'it stays quiet about this until a fact changes'
        say(`Dismissed. The service was told why; ${then}.`)
      }),
    launch: page.app ? (link, place) => void guarded(() => launch(chart, link, place)) : null,
  }
}

const HEADINGS = { 'order-cards': 'About the orders', 'chart-cards': 'On opening the chart' }

/** Cards in their part of the sidebar: new ones replace old ones. Returns how many there are. */
function show(part, answers, nothing) {
  const cards = answers.flatMap(({ service, cards: its }) => its.map((card) => cardElement(card, acts(service))))
  const heading = element('p', { class: 'hook' }, HEADINGS[part], ' ', element('code', {}, answers[0]?.service.hook ?? ''))
  byId(part).replaceChildren(...(cards.length ? [heading, ...cards] : nothing ? [nothing] : []))
  return cards.length
}

const counted = (number) => (number === 0 ? 'No card' : number === 1 ? '1 card' : `${number} cards`)

/** The numbers of the newest opening and of the newest question about orders: an older one may be answered later. */
let latestOpening = 0
let latest = 0

async function openChart() {
  const mine = ++latestOpening
  await cds.discover()
  await chart.open()
  const answers = await cds.fire('patient-view')
  if (mine !== latestOpening) return
  // In shadow mode there may be much to say: the page says why nothing is shown.
  const nothing = page.shadow
    ? null
    : notice('silent', 'Nothing to say', 'The service read the record and has no advice, or this clinician has acknowledged it all.')
  say(`${counted(show('chart-cards', answers, nothing))} on opening the chart.`)
}

async function ordersChanged(touched) {
  const mine = ++latest
  byId('sign').textContent = 'Sign orders'
  delete byId('sign').dataset.warned
  byId('signed').textContent = ''
  if (!touched.length) {
    show('order-cards', [])
    say(orders.empty ? 'No draft orders.' : 'Order removed.')
    return
  }
  await opened
  const answers = await cds.fire('order-select', { selections: touched, draftOrders: orders.bundle() })
  if (mine !== latest) return
  say(`${counted(show('order-cards', answers))} about this order.`)
  showOrderCards()
}

async function sign() {
  const button = byId('sign')
  const mine = ++latest
  if (!button.dataset.warned) {
    await opened
    const answers = await cds.fire('order-sign', { draftOrders: orders.bundle() })
    // What was changed meanwhile has not been looked at, so it is not signed.
    if (mine !== latest) return
    const number = show('order-cards', answers)
    if (number) {
      button.dataset.warned = 'true'
      button.textContent = 'Sign anyway'
      say(`${counted(number)} before signing. Nothing is signed yet.`)
      showOrderCards()
      return
    }
  }
  const held = document.activeElement === button
  orders.clear()
  // Nothing is left to sign: the button is off, and what is off cannot keep the focus.
  if (held) byId('drug').focus({ preventScroll: true })
  show('order-cards', [])
  delete button.dataset.warned
  button.textContent = 'Sign orders'
  byId('signed').textContent = 'Signed. In this demo nothing is added to the record.'
  say('Orders signed.')
}

function showOrderCards() {
  // What had the focus may have gone with the card it stood on.
  if (document.activeElement === document.body) byId('cards-heading').focus({ preventScroll: true })
  const motion = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'
  byId('cards-scroll').scrollTo({ top: 0, behavior: motion })
}

function pick(drug) {
  const option = [...byId('drug').options].find((one) => one.value === drug)
  const references = JSON.parse(option.dataset.orders).map((resource) => orders.draft(resource))
  orders.show(references)
  orders.changed(references)
}

byId('pick').addEventListener('submit', (event) => {
  event.preventDefault()
  pick(byId('drug').value)
})
byId('sign').addEventListener('click', () => guarded(sign))
byId('reopen').addEventListener('click', () => guarded(openChart))
byId('start-over').addEventListener('click', () =>
  guarded(async () => {
    await call('EHR: start over', `${chart.base}reset`, { method: 'POST', json: { patient: chart.patient, user: chart.user } })
    chart.user = newUser()
    latest += 1
    orders.clear()
    show('order-cards', [])
    await openChart()
  }),
)
for (const button of document.querySelectorAll('[data-try-drug]')) button.addEventListener('click', () => pick(button.dataset.tryDrug))
for (const button of document.querySelectorAll('[data-launch]')) {
  button.addEventListener('click', () => guarded(() => launch(chart, { url: page.app }, button.dataset.launch)))
}
const narrow = matchMedia('(max-width: 70rem)')
const foldPatients = () => byId('patients').toggleAttribute('open', !narrow.matches)
narrow.addEventListener('change', foldPatients)
foldPatients()
if (page.app) preparePanel(() => void guarded(openChart))
orders.show()
/** Settles when the chart was opened for the first time; an order that is picked earlier is asked about then. */
const opened = guarded(openChart)
