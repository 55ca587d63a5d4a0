"""The form that prints the desk pack."""

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired

from tracker import labels


class DeskPackForm(FlaskForm):
    """On which sheets the badges go; the rest is printed on paper of that size."""

    sheet = SelectField(
        "Badges on",
        choices={each.name: each.title for each in labels.SHEETS},
        default=labels.USUAL,
        validators=[InputRequired("Choose a sheet.")],
    )
