"""Names as they are printed and spoken to; it never guesses a gender, a family name or an order of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from briefgen.model.recipient import Recipient

# Parts of an honorific that stand in the address but not in the salutation.
_STYLES = (
    "the rt hon", "the right honourable", "the right honorable", "the honourable", "the honorable", "the hon",
    "rt hon", "hon", "his excellency", "her excellency", "h.e", "his grace", "her grace",
)  # fmt: skip
_KNIGHTLY = ("Sir", "Dame")


def printed(recipient: Recipient, titles: Iterable[str] = ()) -> str:
    """The full name without the titles that the form of address sets before it; empty for an office alone."""
    return without(recipient.full_name, titles) if recipient.name else recipient.full_name


def without(name: str, titles: Iterable[str]) -> str:
    """`name` without leading titles, so that `Senator Ada Lee` does not become `Dear Senator Senator Lee`."""
    for title in sorted(titles, key=len, reverse=True):
        head, rest = name[: len(title)], name[len(title) :]
        if head.casefold() == title.casefold() and rest[:1] == " ":
            return without(rest.strip(), titles)
    return name


def formal(recipient: Recipient, courtesy: Mapping[str, str]) -> str:
    """How a salutation names a person without an office: `Mr Lee`, `Dr Lee`, `Dame Ada`.

    A title in the data comes first; then Mr or Ms by gender; else the full name without a title
    (Canadian Heritage, Styles of address: `Dear P. T. Smith`).
    """
    name = printed(recipient)
    title = _spoken(recipient.honorific)
    if title:
        knightly = next((word for word in _KNIGHTLY if word in title.split()), None)
        if knightly:
            return f"{knightly} {recipient.given.split()[0] if recipient.given else name}"
        return f"{title} {recipient.family or name}"
    if recipient.gender and recipient.family:
        return f"{courtesy[recipient.gender]} {recipient.family}"
    return name


def _spoken(honorific: str) -> str:
    """`The Rt Hon Dame` is spoken to as Dame; `The Rt Hon` alone leaves nothing."""
    rest = honorific.strip()
    for style in sorted(_STYLES, key=len, reverse=True):
        if rest.casefold() == style or rest.casefold().startswith((f"{style} ", f"{style}.")):
            return rest[len(style) :].lstrip(". ")
    return rest


def postnominals(own: str, of_office: Iterable[str], joined: str) -> str:
    """Letters after the name: the person's, then the office's; none of them twice."""
    kept = own.strip(" ,")
    words = {_plain(word) for word in kept.replace(",", " ").split()}
    return joined.join(
        [kept] * bool(kept) + [letters for letters in of_office if _plain(letters) not in words]
    )


def _plain(letters: str) -> str:
    return letters.replace(".", "").casefold()
