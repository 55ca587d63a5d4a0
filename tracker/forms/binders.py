"""Which binder is asked for."""

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from tracker.domain.binders import Scope, Wish

LABELS = {
    Scope.WHOLE: "Everything",
    Scope.NAMELESS: "Everything, without names",
    Scope.JURISDICTION: "What one jurisdiction credits",
    Scope.PERSON: "What is about one person",
}
KEYED = {
    Scope.JURISDICTION: ("jurisdiction", "Choose the jurisdiction."),
    Scope.PERSON: ("person", "Choose the person."),
}


class BinderForm(FlaskForm):
    """The scope, and whom or what it names. The view fills in the choices."""

    scope = RadioField(
        "Which binder",
        choices={scope.value: label for scope, label in LABELS.items()},
        default=Scope.WHOLE.value,
        validators=[InputRequired("Choose one.")],
    )
    jurisdiction = SelectField("Jurisdiction", validators=[Optional()])
    person = SelectField("Person", validators=[Optional()])

    def leave_out(self, scope: Scope) -> None:
        """Do not offer a scope that the offering has nothing of."""
        self.scope.choices = {
            each.value: label for each, label in LABELS.items() if each is not scope
        }

    def read(self) -> Wish | None:
        """Return what is wished for; None where it names nobody, which is said."""
        scope = Scope(self.scope.data)
        if scope not in KEYED:
            return Wish(scope)
        name, sentence = KEYED[scope]
        if key := self[name].data:
            return Wish(scope, key)
        self[name].errors = [sentence]
        return None
