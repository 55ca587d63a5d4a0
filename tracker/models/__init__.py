"""All models, so that one import registers every table."""

from tracker.models.access import (
    ApiToken,
    Invitation,
    RateLimit,
    SignInCode,
    SignInSession,
)
from tracker.models.attendance import (
    Attendance,
    ClearedAnomaly,
    Contest,
    Correction,
    DaySignOff,
    Dismissal,
    Headcount,
)
from tracker.models.audit import AuditEntry, AuditHead
from tracker.models.certificate import Certificate
from tracker.models.course import Course
from tracker.models.device import Device, PairingCode
from tracker.models.enrollment import Enrollment, Pass
from tracker.models.evaluation import EvaluationForm, EvaluationReceipt, SealedResponse
from tracker.models.offering import (
    Delivery,
    Instructor,
    Offering,
    OfferingCounter,
    ScanCounter,
    Segment,
    SegmentInstructor,
    SegmentVersion,
)
from tracker.models.outbox import OutboxMessage
from tracker.models.person import Person
from tracker.models.room import RoomPhone, SpokenCode
from tracker.models.scan import Scan
from tracker.models.sheet import SignInList
from tracker.models.staff import Membership, User

__all__ = [
    "ApiToken",
    "Attendance",
    "AuditEntry",
    "AuditHead",
    "Certificate",
    "ClearedAnomaly",
    "Contest",
    "Correction",
    "Course",
    "DaySignOff",
    "Delivery",
    "Device",
    "Dismissal",
    "Enrollment",
    "EvaluationForm",
    "EvaluationReceipt",
    "Headcount",
    "Instructor",
    "Invitation",
    "Membership",
    "Offering",
    "OfferingCounter",
    "OutboxMessage",
    "PairingCode",
    "Pass",
    "Person",
    "RateLimit",
    "RoomPhone",
    "Scan",
    "ScanCounter",
    "SealedResponse",
    "Segment",
    "SegmentInstructor",
    "SegmentVersion",
    "SignInCode",
    "SignInList",
    "SignInSession",
    "SpokenCode",
    "User",
]
