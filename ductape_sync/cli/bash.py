"""Completion in bash, which breaks words where ids and `@file` do not end."""

from __future__ import annotations

import os
from typing import ClassVar

from click.shell_completion import BashComplete, split_arg_string

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


class Bash(BashComplete):
    """As click has it, with words that end where a shell's do."""

    source_template: ClassVar[str] = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being written, without the command itself, and that one."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        incomplete = "" if line[-1:].isspace() else words.pop()
        return words[1:], incomplete
