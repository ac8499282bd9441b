"""A small app with the web shell and no database, and pages that show every component."""

import base64
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

from flask import Blueprint, Flask, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

import casemgr
from casemgr import web

ROOT = Path(casemgr.__file__).resolve().parent
TODAY = date(2025, 11, 3)

CASE = SimpleNamespace(
    id="11111111-2222-3333-4444-555555555555",
    student=SimpleNamespace(name="Jordan Example"),
    track="idea",
    state="MA",
    stage="due_process",
    is_sample=True,
)
STAY_PUT = SimpleNamespace(
    in_force=True,
    banner="Jordan stays in the placement of the IEP agreed on January 15, 2025, until the proceeding ends.",
    since=date(2025, 10, 20),
    citation="34 CFR 300.518(a)",
    clock=None,
)


def deadline(title: str, days: int, **more: object) -> SimpleNamespace:
    act_by = TODAY + timedelta(days=days)
    dates = {
        "act_by": act_by,
        "nominal": act_by + timedelta(days=1),
        "late_after": act_by + timedelta(days=3),
    }
    plain = {
        "state": "open",
        "who": "You",
        "citation": "34 CFR 300.512(a)(3)",
        "is_ours": True,
        "uncertain": None,
    }
    return SimpleNamespace(title=title, **{**dates, **plain, **more})


DEADLINES = (
    deadline("Answer the district's letter", -2, state="late"),
    deadline(
        "Five-day disclosure of exhibits",
        4,
        uncertain="Bodies disagree on how a weekend counts; the earlier day is shown.",
    ),
    deadline("Resolution session", 12, who="The district", citation="34 CFR 300.510(a)(1)", is_ours=False),
    deadline("Consent to the evaluation", -20, state="met", citation="34 CFR 300.301(c)"),
)


class EveryField(FlaskForm):
    """One of each kind of field."""

    version = HiddenField(default="3")
    title = StringField("Title of the paper", [DataRequired("Give the paper a title"), Length(max=80)])
    held_on = DateField("Date of the meeting", [DataRequired("Enter the date of the meeting")])
    kind = SelectField(
        "Kind", choices=[SelectChoice("letter", "Letter"), SelectChoice("iep", "IEP"), SelectChoice("report", "Report")]
    )
    outcome = RadioField(
        "How did it end?",
        [DataRequired("Choose how the meeting ended")],
        choices=[
            SelectChoice("agreed", "Agreed"),
            SelectChoice("partly", "Partly agreed"),
            SelectChoice("refused", "The district refused"),
        ],
    )
    people = SelectMultipleField(
        "Who was there?",
        choices=[
            SelectChoice("parent", "Parent"),
            SelectChoice("teacher", "Teacher"),
            SelectChoice("lea", "District representative"),
        ],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    passphrase = PasswordField("Passphrase", description="Four or more words are easy to remember and hard to guess.")
    notes = TextAreaField("What was said")
    paper = FileField("A copy of the notes")
    is_shared = BooleanField("The family may see this")


bp = Blueprint("gallery", __name__, template_folder="templates")


@bp.get("/gallery")
def parts(case_id: str | None = None):
    if request.args.get("flash"):
        flash("Session recorded.")
        flash("The district has not been told yet.", "warning")
    return render_template("gallery.html", case=CASE, deadlines=DEADLINES, today=TODAY, form=EveryField())


@bp.route("/form", methods=["GET", "POST"])
def form():
    every = EveryField()
    if every.validate_on_submit():
        flash("Saved.")
        return redirect(url_for("gallery.parts"))
    lost = request.args.get("conflict")
    page = render_template("gallery_form.html", form=every, lost=lost)
    return page, 422 if every.errors else 200


@bp.get("/case")
def case():
    return render_template(
        "gallery_case.html",
        case=CASE,
        stay_put=STAY_PUT,
        deadlines=DEADLINES,
        today=TODAY,
        case_tab="cases.show",
    )


@bp.get("/files")
def files():
    return render_template("gallery_files.html")


@bp.post("/files/new")
def begin_file():
    """The tus protocol, as far as our script speaks it."""
    told = dict(pair.split(" ") for pair in request.headers["Upload-Metadata"].split(","))
    name = base64.b64decode(told["filename"]).decode()
    if name.endswith(".html"):
        return jsonify(ok=False, message="Web pages are not accepted.", what_to_do="Print it to PDF first."), 422
    number = str(len(sent))
    sent[number] = [name, int(request.headers["Upload-Length"]), 0]
    return "", 201, {"Location": f"/files/{number}", "Tus-Resumable": "1.0.0"}


@bp.route("/files/<number>", methods=["GET", "PATCH", "DELETE"])
def go_on(number: str):
    name, size, here = sent[number]
    if request.method == "PATCH":
        for status in (500, 503):
            if name.startswith(f"first {status}") and not seen.add_first(name):
                abort(status)
        assert int(request.headers["Upload-Offset"]) == here
        sent[number][2] = here = here + len(request.get_data())
    state = "done" if here == size else "receiving"
    answer = jsonify(
        state=state, ok=True, message=f"It has {here} bytes.", url="/gallery", duplicate=name[:4] == "copy"
    )
    answer.headers["Upload-Offset"] = here
    answer.headers["Tus-Resumable"] = "1.0.0"
    answer.status_code = 204 if request.method == "PATCH" else 200
    return answer


@bp.get("/job")
def job():
    done = int(request.args["from"])
    if done < 3:
        news = {"state": "running", "done": done, "message": "Stamping pages"}
    else:
        news = {"state": "done", "done": 3, "message": "Done", "url": "/gallery"}
    return jsonify(total=3, **news)


@bp.get("/fail/<int:status>")
def fail(status: int):
    abort(status)


class _Seen(set):
    """Remembers names; the first sight of one is a failure, so that a retry can work."""

    def add_first(self, name: str) -> bool:
        known = name in self
        self.add(name)
        return known


seen = _Seen()
sent: dict[str, list] = {"half": ["half.pdf", 10, 4]}  # name, size, how much is there


ENDPOINTS = [place.endpoint for place in (*web.navigation.MAIN, *web.navigation.CASE)] + ["accounts.settings"]


def make_app(signed_in: bool = True) -> Flask:
    """Return the app. Signed in, the shell shows the account of an invented person."""
    app = Flask("casemgr", root_path=str(ROOT), template_folder=str(ROOT.parent / "templates"))
    app.config.update(SECRET_KEY="for tests only", TESTING=True, PROPAGATE_EXCEPTIONS=False)
    CSRFProtect(app)
    web.init_app(app)
    app.register_blueprint(bp)
    for endpoint in ENDPOINTS:
        path = "/gallery" if endpoint == "cases.home" else f"/{endpoint.replace('.', '/')}"
        needs_case = endpoint in {place.endpoint for place in web.navigation.CASE}
        app.add_url_rule(path + ("/<case_id>" if needs_case else ""), endpoint, parts)
    app.add_url_rule("/sign-out", "accounts.sign_out", lambda: redirect("/gallery"), methods=["POST"])

    @app.context_processor
    def person():
        user = SimpleNamespace(id="u-1", name="Sam Rivera", is_authenticated=signed_in)
        return {"current_user": user, "current_organization": SimpleNamespace(name="Rivera family")}

    return app
