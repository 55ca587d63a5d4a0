"""All models, so that one import registers every table."""

from tracker.models.access import (
    ApiToken,
    Invitation,
    RateLimit,
    SignInCode,
    SignInSession,
)
from tracker.models.application import Application, ApplicationEvent
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
from tracker.models.certificate import Certificate, CreditStatement
from tracker.models.completion import Completion, CompletionCertificate
from tracker.models.course import Course, CourseImage
from tracker.models.device import Device, PairingCode
from tracker.models.enrollment import Enrollment, NameChange, Pass
from tracker.models.evaluation import (
    EvaluationForm,
    EvaluationReceipt,
    PaperReceipt,
    PaperResponse,
    Response,
    ResponseBatch,
    SealedResponse,
)
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
from tracker.models.outbox import OutboxMessage, Reminder
from tracker.models.pending import PendingFile
from tracker.models.person import Licence, Person
from tracker.models.room import RoomPhone, SpokenCode
from tracker.models.scan import Scan
from tracker.models.sheet import SignInList
from tracker.models.staff import Membership, User
from tracker.models.task import Task

__all__ = [
    "ApiToken",
    "Application",
    "ApplicationEvent",
    "Attendance",
    "AuditEntry",
    "AuditHead",
    "Certificate",
    "ClearedAnomaly",
    "Completion",
    "CompletionCertificate",
    "Contest",
    "Correction",
    "Course",
    "CourseImage",
    "CreditStatement",
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
    "Licence",
    "Membership",
    "NameChange",
    "Offering",
    "OfferingCounter",
    "OutboxMessage",
    "PairingCode",
    "PaperReceipt",
    "PaperResponse",
    "Pass",
    "PendingFile",
    "Person",
    "RateLimit",
    "Reminder",
    "Response",
    "ResponseBatch",
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
    "Task",
    "User",
]
