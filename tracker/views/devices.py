"""An offering's devices as staff see them: paired, named, heard of, ended."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, links, qr
from tracker.db import db
from tracker.domain.passes import PRACTICE_PASS
from tracker.errors import InvalidError
from tracker.forms.devices import DeviceForm
from tracker.models.device import DeviceMode
from tracker.models.staff import Role
from tracker.services import audit, device_states, devices, schedules
from tracker.views import staff_page
from tracker.views.staff_page import AT_THE_DOOR

bp = Blueprint("devices", __name__, url_prefix="/staff/offerings/<code>/devices")


@bp.get("")
@access.staff(*AT_THE_DOOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the offering's devices, each with what it last said of itself."""
    return _show_index(DeviceForm())


def _show_index(form: DeviceForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/devices.html", status, section="Devices", form=form, **_lines()
    )


def _rooms() -> list[str]:
    """Return the rooms of the schedule, as they are written there."""
    held = schedules.schedule_of(access.current_offering()).held
    return sorted({each.room.strip() for each in held} - {""})


def _lines() -> dict[str, Any]:
    now = clock.now()
    found = device_states.list_lines(access.current_offering(), now=now)
    held = schedules.schedule_of(access.current_offering()).held
    return {
        "lines": found,
        "now": now,
        "rooms": _rooms(),
        "has_check_out": any(each.needs_check_out for each in held),
    }


@bp.get("/live")
@access.staff(*AT_THE_DOOR)
def live(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Give the list alone, for the page that shows it already."""
    return staff_page.show("coordinator/_devices.html", **_lines())


@bp.post("")
@access.staff(Role.COORDINATOR)
def pair(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Make a pairing code and show it: once, because only its digest is kept.

    Sent twice, it makes two codes; each pairs one device, for 15 minutes.
    """
    form = DeviceForm()
    if not form.validate_on_submit():
        return _show_index(form, 422)
    try:
        made = devices.make_pairing_code(
            access.current_offering(),
            form.name.data,
            form.room.data or "",
            DeviceMode(form.mode.data),
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show_index(form, 422)
    db.session.commit()
    address = links.absolute(url_for("door.offer_pairing", code=made))
    return staff_page.show(
        "coordinator/pairing.html",
        section="Devices",
        name=form.name.data,
        address=address,
        symbol=qr.symbol(address),
        grouped=devices.in_groups(made),
        typing_address=links.absolute(url_for("door.ask_code")),
        ends_at=clock.now() + devices.PAIRING_TIME,
    )


@bp.get("/practice")
@access.staff(*AT_THE_DOOR)
def practice(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the practice pass, to be printed or held before a scanner."""
    return staff_page.show(
        "coordinator/practice_pass.html",
        section="Devices",
        symbol=qr.symbol(PRACTICE_PASS),
    )


@bp.get("/<device>")
@access.staff(Role.COORDINATOR)
def edit(code: str, device: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask how a device is to be called, and where it stands."""
    found = devices.get_device(access.current_offering(), device)
    return _show_edit(device, DeviceForm(obj=found))


def _show_edit(device: str, form: DeviceForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/device.html",
        status,
        section="Devices",
        device=devices.get_device(access.current_offering(), device),
        form=form,
        rooms=_rooms(),
    )


@bp.post("/<device>")
@access.staff(Role.COORDINATOR)
def change(code: str, device: str) -> ResponseReturnValue:
    """Give a device another name, room or mode."""
    form, offering = DeviceForm(), access.current_offering()
    devices.get_device(offering, device)
    if not form.validate_on_submit():
        return _show_edit(device, form, 422)
    try:
        changed = devices.change_device(
            offering,
            device,
            form.values(),
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show_edit(device, form, 422)
    db.session.commit()
    flash(f"{changed.name} is changed.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/<device>/revoke")
@access.staff(Role.COORDINATOR)
def ask_revocation(code: str, device: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask before a device's pairing is ended."""
    return staff_page.show(
        "coordinator/revoke_device.html",
        section="Devices",
        device=devices.get_device(access.current_offering(), device),
    )


@bp.post("/<device>/revoke")
@access.staff(Role.COORDINATOR)
def revoke(code: str, device: str) -> ResponseReturnValue:
    """End a device's pairing."""
    found = devices.revoke_device(
        access.current_offering(),
        device,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash(f"{found.name} is no longer paired.", "ok")
    return redirect(url_for(".index", code=code), 303)
