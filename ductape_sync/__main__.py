"""`python -m ductape_sync` is `ductape-sync`."""

import sys

from .cli.main import main

sys.exit(main())
