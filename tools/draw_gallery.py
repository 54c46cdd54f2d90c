"""Draw the pictures of the README again: real pages of real runs, as Chromium shows them.

python tools/draw_gallery.py [REPORT ...]    # all of them, or these
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
PICTURES = {
    "clv-study": {"clv-study.png": (1180, 1480), "clv-study-phone.png": (390, 1480)},
    "lifecycle-study": {"lifecycle-study.png": (1180, 1480)},
    "segment-comparison": {"segment-comparison.png": (1180, 1480)},
    "churn-study": {"churn-study.png": (1180, 1480)},
    "recovery-roi": {"recovery-roi.png": (1180, 1480)},
    "credit-analysis": {"credit-analysis.png": (1180, 1480)},
    "satisfaction-loyalty": {"satisfaction-loyalty.png": (1180, 1480)},
    "customer-card": {"customer-card.png": (1180, 1480)},
    "periodic-pack": {"periodic-pack.png": (1180, 1480)},
}
EXAMPLE = str(Path(__file__).resolve().parents[1] / "data" / "example")
COMPANY = ("credit-analysis", "satisfaction-loyalty", "customer-card", "periodic-pack")
DATA = {"segment-comparison": "complete-journey"} | dict.fromkeys(COMPANY, EXAMPLE)
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--no-first-run", "--hide-scrollbars",
]  # fmt: skip


def main() -> int:
    """Run the reports and take their pictures."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("Chromium is needed to draw the gallery.\n")
        return 1
    GALLERY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for report in sys.argv[1:] or PICTURES:
            data = DATA.get(report, "cdnow")
            page = run_report(report, data=data, out=Path(folder) / "reports").page
            for name, size in PICTURES[report].items():
                draw(browser, page, GALLERY / name, size, Path(folder) / "browser")
    return 0


def draw(browser: str, page: Path, target: Path, size: tuple[int, int], profile: Path) -> None:
    """Take a picture of the beginning of a page, in few colours."""
    window = [f"--window-size={size[0]},{size[1]}", f"--user-data-dir={profile}"]
    command = [browser, *QUIET, *window, f"--screenshot={target}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    Image.open(target).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
        target, optimize=True
    )


if __name__ == "__main__":
    sys.exit(main())
