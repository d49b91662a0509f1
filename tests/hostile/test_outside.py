"""A campaign folder from a stranger: no file outside it is read, changed or removed, by any command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import pytest
from command_line import exit_code
from hostile_tools import SECRET, Machine, watching

Attack = Callable[[Machine], None]

LINKS = {
    "templates": "private",
    "templates/css": "private",
    "templates/letter": "private/deep",
    "templates/letter/default.html.j2": "private/secret.txt",
    "templates/css/letter.css": "private/letter.css",
    "letter.md": "private/secret.md",
    "snippets/more.md": "private/secret.md",
    "snippets/caveats": "private",
    "snippets/quotes.lock": "private/quotes.lock",
    "seeds": "private",
    "seeds/secret.yaml": "private/secret.yaml",
    "seeds/references.json": "private/references.json",
    "seeds/rests-on.yaml": "private/secret.yaml",
    "seeds/texts": "private",
    "recipients.csv": "private/recipients.csv",
    "forms-of-address.yaml": "private/secret.yaml",
    "campaign.yaml": "private/secret.yaml",
    "letters.yaml": "private/secret.yaml",
    "recipients.mapping.yaml": "private/secret.yaml",
    "do-not-write.csv": "private/recipients.csv",
    "sent.csv": "private/secret.txt",
    "replies.csv": "private/secret.txt",
    "sent": "private",
    "logo.png": "private/secret.txt",
    "out": "private",
    "out/letters": "private",
    "out/proofs": "private",
    "out/briefing": "private",
    "out/print": "private",
    "out/drafts": "private",
    "out/edited": "private",
    "out/.briefgen": "private",
    "out/.briefgen/ledger.sqlite": "private/secret.txt",
    "out/.briefgen/lock": "private/secret.txt",
    "out/.briefgen/made.json": "private/secret.txt",
    "out/shards": "private",
    "out/shards/1-of-2": "private",
    "out/manifest.csv": "private/secret.txt",
    "out/errors.csv": "private/secret.txt",
}
"""Links in the campaign, each with where it leads; one that replaces a file of the campaign too."""


def link(name: str, target: str) -> Attack:
    def attack(machine: Machine) -> None:
        path = machine.campaign / name
        if path.is_dir():
            path.rename(machine.home / "moved")
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.path.relpath(machine.home / target, path.parent))

    return attack


def write(old: str, new: str) -> Attack:
    """Change a line of campaign.yaml; {private} is the folder that is none of its business."""

    def attack(machine: Machine) -> None:
        file = machine.campaign / "campaign.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new.format(private=machine.private)), encoding="utf-8")

    return attack


def template(source: str) -> Attack:
    def attack(machine: Machine) -> None:
        path = machine.campaign / "templates" / "letter" / "default.html.j2"
        path.parent.mkdir(parents=True)
        text = f'{{% extends "built-in/letter/default.html.j2" %}}{{% block paragraph %}}{source}{{% endblock %}}'
        path.write_text(text.replace("{private}", str(machine.private)), encoding="utf-8")

    return attack


NAMES = {
    "recipients absolute": write("[recipients.csv]", "[{private}/recipients.csv]"),
    "recipients climbing": write("[recipients.csv]", "[../../private/recipients.csv]"),
    "recipients roundabout": write("[recipients.csv]", "[snippets/../../../private/recipients.csv]"),
    "signature": write("  country: US", "  country: US\n  signature: ../../private/secret.txt"),
    "letterhead": write("  country: US", "  country: US\n  letterhead: {private}/secret.docx"),
    "logo": write("output:", "letterhead:\n  logo: {{file: ../../private/secret.png}}\noutput:"),
    "style": write("  page: us-letter", "  page: us-letter\n  citation_style: ../../private/secret.csl"),
    "template": write("  page: us-letter", "  page: us-letter\n  template: ../../private"),
    "library": write("output:", "library: {private}\noutput:"),
    "library climbing": write("output:", "library: ../../private\noutput:"),
    "picture": template('<figure><img src="../../private/secret.png" alt="x"/></figure>'),
    "picture absolute": template('<figure><img src="{private}/secret.png" alt="x"/></figure>'),
    "picture by address": template('<figure><img src="file://{private}/secret.png" alt="x"/></figure>'),
    "include climbing": template('<p>{% include "../../../private/secret.txt" %}</p>'),
    "include absolute": template('<p>{% include "{private}/secret.txt" %}</p>'),
    "import": template('{% import "../../../private/secret.txt" as x %}<p>{{ x }}</p>'),
    "link to a file": template('<p><a href="file://{private}/secret.txt">x</a></p>'),
}
ATTACKS = {**{name: link(name, target) for name, target in LINKS.items()}, **NAMES}

COMMANDS = {
    "check": ["check", "."],
    "letter": ["letter", ".", "--to", "ada", "--format", "txt"],
    "brief": ["brief", ".", "--format", "txt"],
    "batch": ["batch", ".", "--format", "txt", "-q"],
    "print": ["print", "."],
    "drafts": ["drafts", ".", "--attach", "txt"],
    "trace": ["trace", "{own}"],
    "sources add": ["sources", "add", "{own}", "--id", "new", "--title", "New", "-c", "."],
    "batch --shard": ["batch", ".", "--format", "txt", "-q", "--shard", "1/2"],
    "batch --merge": ["batch", ".", "--format", "txt", "-q", "--merge"],
    "batch --dry-run": ["batch", ".", "--format", "txt", "--dry-run"],
    "snippets lock": ["snippets", "lock", "--by", "Dana Writer", "-c", "."],
    "explain": ["explain", "ada", "-c", "."],
    "sent": ["sent", ".", "--on", "2026-12-02"],
    "reply": ["reply", "ada", "--note", "Thanks", "--on", "2026-12-05", "-c", "."],
    "log": ["log", "."],
    "log --verify": ["log", ".", "--verify"],
    "recall": ["recall", "night-waits", "-c", "."],
    "due": ["due", ".", "--on", "2027-06-01"],
    "audit": ["audit", "{own}", "-c", "."],
    "adopt": ["adopt", "{own}", "-c", "."],
    "templates show": ["templates", "show", "letter/default.html.j2", "-c", "."],
    "templates new": ["templates", "new", "letter/country/US", "-c", "."],
}
BATCHES = [name for name in COMMANDS if name.startswith("batch --")]


def try_commands(
    commands: Iterable[str],
    machine: Machine,
    inside: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Run commands on the campaign, in its folder or from elsewhere, and look at all that is not its own."""
    own, folder = machine.campaign.parent / "source.txt", machine.campaign
    own.write_text("A text of the receiver's own.\n", encoding="utf-8")
    monkeypatch.chdir(folder if inside else "/")
    before = machine.snapshot()
    for command in commands:
        words = [word.replace("{own}", str(own)) for word in COMMANDS[command]]
        if not inside:
            words = [str(folder / word) if word.split("/")[0] == "." else word for word in words]
        with watching(machine.private) as opened:
            code = exit_code(*words)
        said = "".join(capsys.readouterr())
        assert opened == [], command
        assert code in (0, 1, 2, 74) and "Traceback" not in said, (command, said)
        assert SECRET not in said, command
        assert machine.snapshot() == before, command
        assert SECRET.encode() not in machine.words(), command


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_outside_is_touched(
    name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ATTACKS[name](machine)
    command = "batch" if name.startswith("out") else "log --verify" if name == "sent" else "check"
    if name in ("out/edited", "out/.briefgen"):
        try_commands(["drafts"], machine, False, monkeypatch, capsys)
    try_commands([command], machine, False, monkeypatch, capsys)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ATTACKS)
def test_no_command_touches_anything_outside(
    name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ATTACKS[name](machine)
    inside = list(ATTACKS).index(name) % 2 == 0
    commands = [command for command in COMMANDS if name.startswith("out") or command not in BATCHES]
    try_commands(commands, machine, inside, monkeypatch, capsys)


@pytest.mark.parametrize(
    "name", ["people.csv", "people.xlsx", "do-not-write.csv", "sent.csv", "letters.yaml", "sent/x.zip"]
)
def test_a_pipe_is_never_opened(
    name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Opening it would last until somebody writes into it: for ever."""
    (machine.campaign / name).parent.mkdir(exist_ok=True)
    os.mkfifo(machine.campaign / name)
    try_commands(["check", "log --verify", "due"], machine, False, monkeypatch, capsys)
