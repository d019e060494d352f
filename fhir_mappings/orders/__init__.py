"""The drafts of an order hook -> draft orders: what is ordered, at which dose, for what and for how long.

`draft_orders`                                         the door; `draft_resources`: the drafts as they came, `drafted_examinations`
`ordered_products`                                     which drugs a draft is for
`ordered_doses`, `ordered_dose_words`                  the dose that it asks for
`order_intents`, `order_setting`, `order_lengths`      whether it is an order yet, where it holds, and how long
`order_reasons`                                        the plan it belongs to, and the tumour it is for
"""
