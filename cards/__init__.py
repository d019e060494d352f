"""How advice is said to a clinician in two seconds.

In comes a `guideline.advice.Advice`; out go CDS Hooks cards as plain JSON-ready dicts: `cards.render.render_cards(advice, public_url=...)`.
With a `context` (who asks, about whom, which drafts) the cards also offer orders. Nothing here decides what medicine says, and nothing
here knows HTTP; FHIR is only written, in the orders that a card offers, never read for what is true of a patient.

Inside, in the order in which an advice passes through:

- `sharing`: which findings share a card, and in which order the cards stand (at most four, one of them the treatment);
- `detail`: the text of a card, from the act down to the basis it rests on;
- `wording`: the one door for text: one line, escaped for markdown, cut at a word;
- `render`: the card itself, with its topic, source, override reasons and the machine-readable advice.

What a card offers: `suggestions` (one action each), from `examinations` (new orders), `changed_order` with `label_dosage` (another drug in
a draft), all held to `strict_fhir`. What a card is known by: `card_key`, so that advice once set aside is not repeated.

Beside them: `topics` and `override_reasons` (data files of the public contract), `response_schema` (what a valid response is), and
`terminal` (cards as plain text).
"""
