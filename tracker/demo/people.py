"""The demo's people: nobody who exists, and nobody who could be taken for one."""

import csv
import io

DOMAIN = "demo.example"

# “Sample”, “example” or “specimen”, in the scripts that names come in.
NAMES = {
    8: "Muster Beispiel-Größe",
    11: "Exemple Échantillon",
    13: "Пример Образцова",
    15: "Παράδειγμα Δείγμα",
    17: "示例 样本",
    19: "見本 太郎",
    21: "예시 견본",
    23: "نموذج مثال",
    25: "דוגמה מדגם",
    27: "उदाहरण नमूना",
    29: "ตัวอย่าง สมมติ",
    31: "Mẫu Ví Dụ",
    33: "Příklad Vzorek",
    35: "Örnek Numune",
}
AGENCIES = (
    "Sample Police Department",
    "Sample County Sheriff",
    "Sample County Attorney",
    "Sample State Patrol",
    "Sample Task Force",
)
DISCIPLINES = ("Law enforcement", "Law enforcement", "Prosecutors")
STATES = ("NE", "NE", "IA", "KS", "SD")


def email_of(number: int) -> str:
    """Return the address of participant `number`, counted from 1."""
    return f"participant{number:02d}@{DOMAIN}"


def name_of(number: int) -> str:
    """Return the name of participant `number`."""
    return NAMES.get(number, f"Sample Participant {number:02d}")


def roster(people_count: int) -> bytes:
    """Write everybody as the roster that `tracker participants import` reads."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["name", "email", "agency", "title", "discipline", "state"])
    for n in range(1, people_count + 1):
        agency = AGENCIES[n % len(AGENCIES)]
        discipline = DISCIPLINES[n % len(DISCIPLINES)]
        state = STATES[n % len(STATES)]
        title = f"Sample title {n % 4 + 1}"
        writer.writerow([name_of(n), email_of(n), agency, title, discipline, state])
    return file.getvalue().encode()
