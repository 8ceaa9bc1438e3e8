"""What the doctor finds: one line each, with what to do.

Belongs here: the finding. Not here: looking (doctor_machine.py, doctor_data.py), the order (doctor.py).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One line. level: ok, warning (it runs, but look at it) or problem (it does not run, or what it says is not right)."""

    level: Literal["ok", "warning", "problem"]
    subject: str
    what: str
    remedy: str = ""

    @property
    def text(self) -> str:
        """The line as it is printed."""
        return f"{self.level:<8} {self.subject:<10} {self.what}" + (f". {self.remedy}" if self.remedy else "")
