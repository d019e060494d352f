// The EHR launch of the SMART app: a launch id from the EHR, then the app's address with `iss` and `launch`.
import { byId } from './dom.js'
import { call } from './traffic.js'

/** Launch the app from a card's link, or from the toolbar: `here` in a panel over the chart, or in a `window` of its own. */
export async function launch(chart, link, place) {
  // CAUTION: a window that is opened after waiting for an answer is taken for an advertisement.
  const opened = place === 'window' ? window.open('about:blank', '_blank') : null
  const { launch: id, iss } = await call('EHR: launch the app', `${chart.base}launch`, {
    method: 'POST',
    json: { patient: chart.patient, user: chart.user, appContext: link.appContext ?? null, banner: place === 'window' },
  })
  const address = new URL(link.url)
  address.searchParams.set('iss', iss)
  address.searchParams.set('launch', id)
  if (opened) {
    opened.opener = null
    opened.location.replace(address)
    return
  }
  byId('app-frame').src = address
  if (!byId('app').open) byId('app').showModal()
}

/** Let the panel close, and call `closed` when it has. */
export function preparePanel(closed) {
  byId('app-close').addEventListener('click', () => byId('app').close())
  byId('app').addEventListener('close', () => {
    byId('app-frame').removeAttribute('src')
    closed()
  })
}
