"""The table of the rows that a letter answers for, where a campaign groups rows into letters."""

from __future__ import annotations

from markupsafe import Markup

from briefgen.errors import BriefgenError, Problem, suggest_similar
from briefgen.model.campaign import GroupBy
from briefgen.model.recipient import Recipient
from briefgen.recipients.grouping import choose_table_columns


def render_rows_table(recipient: Recipient, group_by: GroupBy | None, *columns: str) -> Markup:
    """Return the table of a recipient's rows as a block; empty if the campaign does not group rows.

    `columns` are by default those of `group_by.table`, or else the extra ones that are filled in. A column
    that no row of this letter fills is left out. Raise BriefgenError if all are, or one is not a text.
    """
    if not recipient.rows:
        return Markup("")
    wrong = [column for column in columns if not isinstance(column, str)]
    if wrong:
        message = f"rows_table takes names of columns, not {wrong[0]!r}"
        raise _column_error(recipient, message, 'write rows_table("Date", "Amount")')
    rows = [dict(row) for row in recipient.rows]
    filled = [header for row in rows for header in row]
    wanted = columns or (group_by.table if group_by else ()) or choose_table_columns(recipient.rows)
    shown = [column for column in wanted if column in filled]
    if not shown:
        if wanted:
            message = f"no row of the letter to {recipient.id} fills the columns {', '.join(wanted)}"
            raise _column_error(recipient, message, suggest_similar(wanted[0], filled))
        return Markup("")
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(column) for column in shown)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(row.get(column, "")) for column in shown)
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def _column_error(recipient: Recipient, message: str, hint: str | None) -> BriefgenError:
    return BriefgenError(Problem("group-column", message, recipient.place, hint))
