"""How addresses are put together: not before somebody asks for one."""

from collections.abc import Callable
from functools import cache

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule that compiles what builds its address when it is first built.

    Werkzeug compiles two functions for each rule as soon as the application is made:
    nine tenths of what making it took, for commands that write no address at all.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        at_once = super()._compile_builder
        compiled = cache(lambda: at_once(append_unknown))

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build
