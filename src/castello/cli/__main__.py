"""``python -m castello.cli``: the same as ``castello``."""

import sys

from castello.cli import main

sys.exit(main())
