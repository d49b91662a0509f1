"""Forms of address and postal addresses: how a letter names, greets and reaches its recipient.

`address_recipient` and `FormsOfAddress` are for every package above; `countries`, `postal` and `names` hold
the rules that they share with the readers of recipients. Nothing here reads a list of recipients.
"""
