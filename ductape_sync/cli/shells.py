"""How the shells are spoken with: as click does, but for words that it would take apart or lose."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

# Readline breaks words at `@`, `:` and `=`, too. So the command is asked about the line itself, and of what
# it answers readline gets the part that it replaces, which is the end of the word: `$2`.
_SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' line="${COMP_LINE:0:COMP_POINT}" completion type value
    local word="${line##*[[:space:]]}"
    local kept="${word%%"$2"}"

    for completion in $(env COMP_WORDS="$line" %(complete_var)s=bash_complete $1); do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'plain' ]]; then
            COMPREPLY+=("${value#"$kept"}")
        else
            compopt -o default
        fi
    done
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class _Words(ShellComplete):
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """Return what can follow, as the whole word that the shell is to have."""
        items = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if equals and option.startswith("-"):
            for item in items:
                if item.type == "plain":
                    item.value = f"{option}={item.value}"
        return items


class Bash(_Words, BashComplete):
    """Breaks words where ids and `@file` do not end."""

    source_template: ClassVar[str] = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being written, without the command itself, and that one."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        incomplete = "" if line[-1:].isspace() else words.pop()
        return words[1:], incomplete


class Zsh(_Words, ZshComplete):
    """Replaces the whole word."""


class Fish(_Words, FishComplete):
    """Offers what begins with the whole word."""
