// A card as the sidebar shows it: everything the service answered, nothing added but buttons.
import { element, unbroken, uuid } from './dom.js'
import { rendered } from './markdown.js'

const WORDS = { info: 'Information', warning: 'Warning', critical: 'Critical' }
const LONG = 14

/**
 * @param {object} card as the service answered it
 * @param {{accept: Function, dismiss: Function, launch: Function|null}} acts what its buttons do
 */
export function cardElement(card, acts) {
  const heading = `card-${card.uuid ?? uuid()}`
  const made = element('article', { class: `card ${card.indicator}`, 'aria-labelledby': heading })
  made.append(
    element('p', { class: 'indicator' }, WORDS[card.indicator] ?? card.indicator, topic(card)),
    element('h3', { id: heading }, unbroken(card.summary)),
  )
  if (card.detail) made.append(...detail(card, heading))
  if (card.suggestions?.length) made.append(suggestions(card, acts))
  const links = (card.links ?? []).filter((link) => link.type !== 'smart' || acts.launch)
  if (links.length) made.append(element('ul', { class: 'links' }, ...links.map((link) => element('li', {}, ...linkOf(link, acts)))))
  made.append(foot(card, acts, made))
  return made
}

function topic(card) {
  const display = card.source?.topic?.display
  return display ? element('span', { class: 'topic' }, display) : null
}

function detail(card, heading) {
  const plain = card.extension?.['com.epic.cdshooks.card.detail.content-type'] === 'text/plain'
  const words = unbroken(card.detail)
  const text = element('div', { class: plain ? 'detail plain' : 'detail', id: `${heading}-detail` }, plain ? words : rendered(words))
  if (card.detail.split('\n').length <= LONG) return [text]
  text.classList.add('cut')
  const more = element('button', { type: 'button', class: 'more', 'aria-expanded': 'false', 'aria-controls': text.id }, 'Show all')
  more.addEventListener('click', () => {
    const cut = text.classList.toggle('cut')
    more.setAttribute('aria-expanded', String(!cut))
    more.textContent = cut ? 'Show all' : 'Show less'
  })
  return [text, more]
}

function suggestions(card, acts) {
  const list = element('ul', { class: 'suggestions' })
  for (const suggestion of card.suggestions) {
    const button = element('button', { type: 'button', class: 'accept' }, suggestion.label, suggestion.isRecommended ? ' (recommended)' : null)
    button.addEventListener('click', async () => {
      const taken = card.selectionBehavior === 'at-most-one' ? list.querySelectorAll('.accept') : [button]
      for (const one of taken) one.disabled = true
      if (!(await acts.accept(card, suggestion))) {
        for (const one of taken) one.disabled = false
        return
      }
      button.replaceWith(element('p', { class: 'done', tabindex: '-1' }, `Accepted: ${suggestion.label}`))
    })
    const what = (suggestion.actions ?? []).map((action) => action.description).filter(Boolean).join(' ')
    list.append(element('li', {}, button, what ? element('p', { class: 'quiet' }, what) : null))
  }
  return list
}

function linkOf(link, acts) {
  if (link.type !== 'smart') return [element('a', { href: link.url, target: '_blank', rel: 'noopener noreferrer' }, link.label)]
  return [
    element('button', { type: 'button', class: 'launch', onclick: () => acts.launch(link, 'here') }, link.label),
    element('button', { type: 'button', class: 'plain', onclick: () => acts.launch(link, 'window') }, 'new window'),
  ]
}

function foot(card, acts, made) {
  const { label, url } = card.source
  const source = url ? element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label) : label
  const form = dismissal(card, acts, made)
  const dismiss = element('button', { type: 'button', class: 'dismiss', 'aria-expanded': 'false', 'aria-controls': form.id }, 'Dismiss …')
  dismiss.addEventListener('click', () => {
    form.hidden = !form.hidden
    dismiss.setAttribute('aria-expanded', String(!form.hidden))
    if (!form.hidden) form.querySelector('input')?.focus()
  })
  return element('footer', {}, element('p', {}, dismiss, element('span', { class: 'quiet' }, 'Source: ', source)), form)
}

function dismissal(card, acts, made) {
  const name = `reason-${card.uuid}`
  const reasons = (card.overrideReasons ?? []).map((reason, place) =>
    element('label', {}, element('input', { type: 'radio', name, value: place, required: true }), ` ${reason.display}`),
  )
  const comment = element('input', { type: 'text', name: 'comment', maxlength: '200', autocomplete: 'off' })
  const form = element(
    'form',
    { hidden: true, id: `dismiss-${card.uuid}`, class: 'dismissal' },
    reasons.length ? element('fieldset', {}, element('legend', {}, 'Why not?'), ...reasons) : null,
    element('label', { class: 'comment' }, 'Comment (not kept by the service)', comment),
    element('button', { type: 'submit' }, 'Dismiss the card'),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const chosen = form.querySelector('input[type=radio]:checked')
    const reason = chosen ? card.overrideReasons[Number(chosen.value)] : null
    if (!(await acts.dismiss(card, reason, comment.value.trim()))) return
    const said = element('p', { class: 'done', tabindex: '-1' }, reason ? `Dismissed: ${reason.display}` : 'Dismissed')
    made.replaceChildren(said, element('p', { class: 'quiet' }, unbroken(card.summary)))
    made.className = 'card set-aside'
    said.focus()
  })
  return form
}
