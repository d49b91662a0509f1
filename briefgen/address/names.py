"""Personal names in addresses and salutations; gender, family name and order of names are never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from briefgen.model.recipient import Recipient

# Parts of an honorific that belong in the address but not in the salutation.
_HONORIFIC_STYLES = (
    "the rt hon", "the right honourable", "the right honorable", "the honourable", "the honorable", "the hon",
    "rt hon", "hon", "his excellency", "her excellency", "h.e", "his grace", "her grace",
)  # fmt: skip
_KNIGHTLY_TITLES = ("Sir", "Dame")


def printed_name(recipient: Recipient, titles: Iterable[str] = ()) -> str:
    """Return the full name without titles that the form of address adds itself; empty for an office alone."""
    return strip_titles(recipient.full_name, titles) if recipient.name else recipient.full_name


def strip_titles(name: str, titles: Iterable[str]) -> str:
    """Remove leading titles, so that `Senator Ada Lee` does not become `Dear Senator Senator Lee`."""
    for title in sorted(titles, key=len, reverse=True):
        head, rest = name[: len(title)], name[len(title) :]
        if head.casefold() == title.casefold() and rest[:1] == " ":
            return strip_titles(rest.strip(), titles)
    return name


def salutation_name(recipient: Recipient, courtesy: Mapping[str, str]) -> str:
    """Return the name in the salutation of a person without an office: `Mr Lee`, `Dr Lee`, `Dame Ada`.

    A title in the data takes precedence, then Mr or Ms by gender; otherwise the full name stands without a
    title (Canadian Heritage, Styles of address: `Dear P. T. Smith`).
    """
    name = printed_name(recipient)
    title = _spoken_title(recipient.honorific)
    if title:
        knightly = next((word for word in _KNIGHTLY_TITLES if word in title.split()), None)
        if knightly:
            return f"{knightly} {recipient.given.split()[0] if recipient.given else name}"
        return f"{title} {recipient.family or name}"
    if recipient.gender and recipient.family:
        return f"{courtesy[recipient.gender]} {recipient.family}"
    return name


def _spoken_title(honorific: str) -> str:
    """Return the part of an honorific used in salutations: `Dame` of `The Rt Hon Dame`."""
    rest = honorific.strip()
    for style in sorted(_HONORIFIC_STYLES, key=len, reverse=True):
        if rest.casefold() == style or rest.casefold().startswith((f"{style} ", f"{style}.")):
            return rest[len(style) :].lstrip(". ")
    return rest


def join_postnominals(own: str, of_office: Iterable[str], joined: str) -> str:
    """Join the letters after a name: the person's, then the office's, without repetitions."""
    kept = own.strip(" ,")
    words = {_normalize_letters(word) for word in kept.replace(",", " ").split()}
    return joined.join(
        [kept] * bool(kept) + [letters for letters in of_office if _normalize_letters(letters) not in words]
    )


def _normalize_letters(letters: str) -> str:
    return letters.replace(".", "").casefold()
