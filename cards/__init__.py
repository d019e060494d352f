"""How advice is said to a clinician in two seconds.

In comes a `guideline.advice.Advice`; out go CDS Hooks cards as plain JSON-ready dicts: `cards.render.render_cards(advice, public_url=...)`.
Nothing here decides what medicine says, and nothing here knows HTTP or FHIR.

Inside, in the order in which an advice passes through:

- `sharing`: which findings share a card, and in which order the cards stand (at most four, one of them the treatment);
- `detail`: the text of a card, from the act down to the basis it rests on;
- `wording`: the one door for text: one line, escaped for markdown, cut at a word;
- `render`: the card itself, with its topic, source, override reasons and the machine-readable advice.

Beside them: `topics` and `override_reasons` (data files of the public contract), `response_schema` (what a valid response is), and
`terminal` (cards as plain text).
"""
