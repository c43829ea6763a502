"""The entry of the command. Whatever it needs is imported in here, where a fault becomes one line."""

from __future__ import annotations

import sys

from .. import __version__


def main() -> int:
    """Run the command line in `sys.argv`, and return its exit code."""
    if sys.argv[1:] == ["--version"]:  # as click would say it, in a third of the time
        try:
            print(f"ductape-sync {__version__}", flush=True)
        except OSError:
            pass  # click fails likewise, which is told
        else:
            return 0
    try:
        from .failures import run
        from .group import group
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        print("ductape-sync: error: the command line needs an extra: pip install 'ductape-sync[cli]'",
              file=sys.stderr)  # fmt: skip
        return 2
    return run(group, sys.argv[1:])
