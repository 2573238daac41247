"""The tags for Jinja2, written as in Django's templates: ``{% pixel_event "ViewContent" product value=9.5 %}``.

In the engine's ``OPTIONS``: ``"extensions": ["capi_tracking.jinja2.Tags"]``. Commas between arguments may stay out.
What the tags render, ``capi_tracking.tags`` knows.
"""

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString
from jinja2 import Undefined, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context

from .tags import TAGS, UNKNOWN, Misused, Tag

__all__ = ["Tags"]

_REASON = "_capi_reason"


class Tags(Extension):
    """Every tag of ``capi_tracking.tags``."""

    tags = set(TAGS)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """``{% tag positional ... name=value ... as variable %}``; raises ``TemplateSyntaxError``."""
        token = next(parser.stream)
        tag = TAGS[token.value]
        try:
            positional, named, variable = _arguments(tag, parser)
            known = _reader(nodes.EvalContext(self.environment, parser.name))
            tag.compile([known(each) for each in positional], {k: known(v) for k, v in named.items()}, variable)
        except Misused as error:
            parser.fail(str(error), token.lineno)
        pairs = [nodes.Pair(nodes.Const(name), value) for name, value in named.items()]
        given = [nodes.Const(tag.name), nodes.ContextReference(), nodes.List(positional), nodes.Dict(pairs)]
        written = self._written(given, variable)
        return [node.set_lineno(token.lineno) for node in written]

    def _written(self, given: list[nodes.Expr], variable: str) -> list[nodes.Node]:
        """With a variable the HTML goes there, and the reason why there is none stands here."""
        if not variable:
            return [nodes.Output([self.call_method("_rendered", given)])]
        both = nodes.Tuple([nodes.Name(variable, "store"), nodes.Name(_REASON, "store")], "store")
        return [nodes.Assign(both, self.call_method("_kept", given)), nodes.Output([nodes.Name(_REASON, "load")])]

    def _rendered(self, name: str, context: Context, positional: list[Any], named: dict[str, Any]) -> SafeString:
        return TAGS[name].rendered(context, lambda page: _defined(positional, named))

    def _kept(self, name: str, context: Context, positional: list[Any], named: dict[str, Any]) -> Any:
        return TAGS[name].kept_as(context, lambda page: _defined(positional, named))


def _arguments(tag: Tag, parser: Parser) -> tuple[list[nodes.Expr], dict[str, nodes.Expr], str]:
    stream = parser.stream
    positional: list[nodes.Expr] = []
    named: dict[str, nodes.Expr] = {}
    while stream.current.type != "block_end":
        if stream.skip_if("name:as"):
            return positional, named, stream.expect("name").value
        if stream.look().type == "assign":
            name = stream.expect("name").value
            next(stream)
            named[name] = _argument(parser)
        elif named:
            raise Misused(f"{tag} is written {{% {tag.usage} %}}")
        else:
            positional.append(_argument(parser))
        stream.skip_if("comma")
    return positional, named, ""


def _argument(parser: Parser) -> nodes.Expr:
    """One expression. Of two texts beside each other Jinja would make one."""
    if parser.stream.current.type == parser.stream.look().type == "string":
        return nodes.Const(next(parser.stream).value)
    return parser.parse_expression()


def _reader(context: nodes.EvalContext) -> Callable[[nodes.Expr], Any]:
    """Gives the value that stands in the template, or ``UNKNOWN``."""

    def known(expression: nodes.Expr) -> Any:
        try:
            return expression.as_const(context)
        except nodes.Impossible:
            return UNKNOWN

    return known


def _defined(positional: list[Any], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """A name that the template does not know is empty, as in Django's templates."""
    defined = [None if isinstance(each, Undefined) else each for each in positional]
    return defined, {name: None if isinstance(each, Undefined) else each for name, each in named.items()}
