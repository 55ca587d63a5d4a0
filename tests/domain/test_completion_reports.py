"""A learning platform's report, however it looks."""

from datetime import date

import pytest

from tracker.domain.completion_reports import Finished, read_report
from tracker.domain.report_columns import Field, Layout, read_layout
from tracker.domain.report_days import Order
from tracker.domain.tables import TableError

TODAY = date(2026, 11, 3)
NOTHING = Layout()
HEADER = "Full name,E-mail address,Completion date\n"


def read(data, asked=NOTHING, remembered=NOTHING):
    data = data.encode() if isinstance(data, str) else data
    return read_report(data, asked, remembered, latest=TODAY)


def refusals(data, asked=NOTHING, remembered=NOTHING):
    with pytest.raises(TableError) as caught:
        read(data, asked, remembered)
    return [(e.row, e.column, e.reason) for e in caught.value.refusals]


def finished(data, **layouts):
    return [(e.name, e.email, e.completed_on) for e in read(data, **layouts).finished]


def test_a_report_says_who_finished_and_when():
    report = read(HEADER + "Sample Ada,ada@x.org,2026-10-01\nSample Bo,bo@x.org,\n")

    ada = Finished(2, "ada@x.org", "", "Sample Ada", date(2026, 10, 1))
    assert report.finished == (ada,)
    assert report.not_finished == 1
    assert report.layout.headings == dict.fromkeys(Field, "") | {
        Field.NAME: "Full name",
        Field.EMAIL: "E-mail address",
        Field.COMPLETED_ON: "Completion date",
    }


@pytest.mark.parametrize(
    "data",
    [
        "First name;Last name;Email;Completed\nSample;Ada;ada@x.org;1.10.2026\n",
        "Email\tLearner\tStatus\tDate completed\n"
        "ada@x.org\tSample Ada\tPassed\t1 Oct 2026\n",
        "user email,NAME,Progress,Completed on\nada@x.org,Sample Ada,100 %,2026-10-01",
    ],
    ids=["two names", "status", "percent"],
)
def test_headings_of_several_platforms_are_guessed(data):
    assert finished(data) == [("Sample Ada", "ada@x.org", date(2026, 10, 1))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_names_come_in_every_script_encoding_and_separator(encoding, separator):
    names = [
        "Žofie Příklad",
        "عيّنة شخص",
        "नमूना व्यक्ति",
        "样本邓小明",
        "견본 김똠",
        "דוגמה",
        "=1+1",
    ]
    lines = ["Name,Email,Completed"]
    lines += [f"{name},s{n}@x.org,2026-10-01" for n, name in enumerate(names)]
    data = "\r\n".join(lines).replace(",", separator).encode(encoding)

    assert [name for name, _, _ in finished(data)] == names


def test_a_layout_that_was_said_wins_and_survives_being_kept():
    data = "Wer,Post,Wann,Stand\nSample Ada,ada@x.org,4/3/2026,bestanden\nB,b@x,,neu\n"
    asked = Layout(
        {
            Field.NAME: "Wer",
            Field.EMAIL: "post",
            Field.COMPLETED_ON: "Wann",
            Field.STATUS: "Stand",
        },
        Order.DAY,
        ("Bestanden",),
    )

    report = read(data, asked)

    assert finished(data, asked=asked) == [
        ("Sample Ada", "ada@x.org", date(2026, 3, 4))
    ]
    kept = read_layout(report.layout.as_kept())
    assert kept == report.layout
    assert read(data, remembered=kept) == report


def test_a_remembered_heading_that_is_gone_is_guessed_anew():
    remembered = Layout({Field.EMAIL: "Post", Field.STATUS: ""})

    report = read(
        "E-Mail,Status,Completed\na@x.org,?,2026-10-01\n", NOTHING, remembered
    )

    assert [each.email for each in report.finished] == ["a@x.org"]


def test_of_two_rows_of_one_person_the_earliest_counts():
    data = HEADER + "A,a@x.org,2026-10-02\nA,A@X.org,2026-10-01\nA,a@x.org,2026-10-03\n"

    assert finished(data) == [("A", "A@X.org", date(2026, 10, 1))]


def test_who_has_no_address_is_known_by_the_platforms_id():
    data = "Name,Email,User ID,Completed\nA,,7,2026-10-02\nA,,7,2026-10-01\nB,,8,done\n"

    assert refusals(data) == [(4, "Completed", "“done” is not a day")]
    assert finished(data.replace("done", "2026-10-05")) == [
        ("A", "", date(2026, 10, 1)),
        ("B", "", date(2026, 10, 5)),
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", [(None, None, "is empty: it needs a header and rows")]),
        (HEADER, [(None, None, "has a header but no rows")]),
        (
            "Name,Score\nA,1\n",
            [
                (1, None, "say which column holds the e-mail addresses"),
                (1, None, "say which column holds the days of completion, or the "
                          "status"),
            ],
        ),
        (
            HEADER + "A,a@x.org,4/3/2026\nB,b@x.org,5/3/2026\n",
            [
                (
                    2,
                    "Completion date",
                    "“4/3/2026” may be two days; say what comes first",
                )
            ],
        ),
        (
            HEADER + "A,a@x.org,25/3/2026\nB,b@x.org,3/25/2026\n",
            [(2, "Completion date", "“25/3/2026” is not a day")],
        ),
        (
            HEADER + "A,a at x,2026-10-01\n,,2026-10-01\nC,c@x.org,2026-12-01\n"
            "D\u202eE,d@x.org,1899-12-30,more\n",
            [
                (2, "E-mail address", "is not an e-mail address"),
                (3, "E-mail address", "is missing, and so is an id"),
                (4, "Completion date",
                 "2026-12-01 cannot be the day on which somebody finished"),
                (5, None, "has more cells than the 3 columns"),
                (5, "Full name", "holds an invisible character that changes the "
                                 "direction of writing"),
                (5, "Completion date",
                 "1899-12-30 cannot be the day on which somebody finished"),
            ],
        ),
        (
            "Email,Status\na@x.org,Terminé\n",
            [(2, "Status", "“Terminé” is not known; say which words mean completed")],
        ),
        (
            "Email,Completed,Course\na@x.org,2026-10-01,I\nb@x.org,2026-10-01,C\n",
            [(None, "Course", "names several courses; export the report of one")],
        ),
        (b"\xff\xfe\x00", [(None, None, "is not UTF-8 or UTF-16 text; save it as “CSV "
                                        "UTF-8”")]),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_bad_report_is_refused_whole_by_row_and_column(data, expected):
    assert refusals(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0",
        b'"' * 100_000,
        b"PK\x03\x04" + bytes(99),
        b"%PDF-1.7\n",
        b"," * 9999,
    ],
)
def test_what_is_no_report_is_refused(data):
    assert refusals(data)


def test_a_heading_that_is_not_there_is_refused_with_what_was_meant():
    asked = Layout({Field.EMAIL: "E-mail adress"})

    assert refusals(HEADER + "A,a@x.org,2026-10-01\n", asked) == [
        (1, "E-mail adress", "is not known here; perhaps “E-mail address”")
    ]
    twice = Layout({Field.EMAIL: "Mail"})
    assert refusals("Mail,mail,Completed\na@x.org,,2026-10-01\n", twice) == [
        (1, "Mail", "stands twice")
    ]


@pytest.mark.parametrize(
    ("status", "counts"),
    [("Completed", 1), ("PASSED", 1), ("100%", 1), ("1", 1), ("yes", 1), ("1%", 0),
     ("99.5 %", 0), ("In progress", 0), ("Not started", 0), ("", 0), ("-", 0)],
)  # fmt: skip
def test_only_who_has_completed_it_counts(status, counts):
    report = read(f"Email,Status\na@x.org,{status}\n")

    assert (len(report.finished), report.not_finished) == (counts, 1 - counts)


def test_fifty_thousand_rows_are_read():
    rows = [f"Sample {n},s{n}@x.org,2026-10-01" for n in range(50_000)]

    report = read(HEADER + "\n".join(rows))

    assert (len(report.finished), report.not_finished) == (50_000, 0)
