"""Draw the pictures of the README again: real pages of real runs, as Chromium shows them.

python tools/draw_gallery.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from clvlab.reports import run_report

GALLERY = Path(__file__).resolve().parents[1] / "reports" / "gallery"
PICTURES = {"clv-study.png": (1180, 1480), "clv-study-phone.png": (390, 1480)}
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--no-first-run", "--hide-scrollbars",
]  # fmt: skip


def main() -> int:
    """Run the report and take its pictures."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("Chromium is needed to draw the gallery.\n")
        return 1
    GALLERY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = run_report("clv-study", out=Path(folder) / "reports").page
        for name, (width, height) in PICTURES.items():
            target = GALLERY / name
            window = [f"--window-size={width},{height}", f"--user-data-dir={folder}/browser"]
            command = [browser, *QUIET, *window, f"--screenshot={target}", page.as_uri()]
            subprocess.run(command, check=True, capture_output=True)
            Image.open(target).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
                target, optimize=True
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
