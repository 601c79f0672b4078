"""Run a module without importing the application: `python -P light.py MODULE ARGUMENT…`.

Whatever lies in the package `delula` has it imported first, and that means Flask, the models and every page:
a second of work, three times over, before PostgreSQL could even begin to start. So the package stands here
without its `__init__`. Only the modules of `delula.embedded` and those that they name are meant to run so.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    package = ModuleType("delula")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["delula"] = package
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
