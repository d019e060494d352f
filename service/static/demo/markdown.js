// A card's markdown as elements. It is read by marked and cleaned by DOMPurify: a card may quote a record, and a record may hold anything.
import { marked } from '../vendor/marked-18.2.1/marked.esm.js'
import DOMPurify from '../vendor/dompurify-3.4.18/purify.es.mjs'

const ALLOWED = {
  ALLOWED_TAGS: ['p', 'strong', 'em', 'ul', 'ol', 'li', 'code', 'br', 'a', 'h1', 'h2', 'h3', 'h4', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'blockquote', 'del', 'hr', 'pre'],
  ALLOWED_ATTR: ['href'],
  ALLOWED_URI_REGEXP: /^https?:/i,
  RETURN_DOM_FRAGMENT: true,
}

/** A piece of markdown as a fragment of the document. */
export function rendered(markdown) {
  const fragment = DOMPurify.sanitize(marked.parse(markdown, { gfm: true, async: false }), ALLOWED)
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
  }
  return fragment
}
