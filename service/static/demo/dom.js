// Building elements. Text always goes in as text.

/**
 * An element.
 * @param {string} tag
 * @param {Object<string, any>} attributes `class`, `type`, ...; a function is a listener (`onclick`), `false` and `null` are left out
 * @param {...(Node|string|null)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value)
    else if (value === true) made.setAttribute(name, '')
    else if (value !== false && value != null) made.setAttribute(name, value)
  }
  made.append(...children.filter((child) => child != null))
  return made
}

/** A text in which no line ends between a number and its unit. */
export const unbroken = (text) => text.replace(/(?<=\d) (?=%|(?:mg|kg)\b)/g, '\u00a0')

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id)

/** Say something to those who cannot see what changed, and to everybody in the line below the cards' heading. */
export function say(text) {
  byId('status').textContent = text
}

/** Random bytes as hexadecimal. CAUTION: `crypto.randomUUID` exists on https and loopback only. */
export function randomHex(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A random UUID (version 4). */
export function uuid() {
  const hex = randomHex(16)
  const variant = ((parseInt(hex[16], 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}
