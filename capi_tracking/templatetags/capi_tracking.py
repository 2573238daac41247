"""``{% load capi_tracking %}``: the tags for Django's own templates. What they render, ``capi_tracking.tags`` knows."""

import re
from functools import partial
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, Variable, token_kwargs
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError
from django.utils.safestring import SafeString

from ..tags import TAGS, UNKNOWN, Misused, Tag

register = template.Library()

_is_named = re.compile(r"\w+=").match
_CONSTANTS = {"True": True, "False": False, "None": None}


class TagNode(Node):
    """One use of a tag in a template."""

    def __init__(
        self, tag: Tag, positional: list[FilterExpression], named: dict[str, FilterExpression], variable: str
    ) -> None:
        self.tag, self.positional, self.named, self.variable = tag, positional, named, variable

    def render(self, context: Context) -> SafeString:
        if not self.variable:
            return self.tag.rendered(context, self.read)
        context[self.variable], comment = self.tag.kept_as(context, self.read)
        return comment

    def read(self, context: Context) -> tuple[list[Any], dict[str, Any]]:
        """What was given. Inside the tag's shield: a variable may run the shop's code."""
        positional = [expression.resolve(context) for expression in self.positional]
        return positional, {name: expression.resolve(context) for name, expression in self.named.items()}


def compiled(tag: Tag, parser: Parser, token: Token) -> Node:
    """``{% tag positional ... name=value ... as variable %}``."""
    _, *bits = token.split_contents()
    variable = bits[-1] if bits[-2:-1] == ["as"] else ""
    bits = bits[:-2] if variable else bits
    positional = []
    while bits and not _is_named(bits[0]):
        positional.append(parser.compile_filter(bits.pop(0)))
    named = token_kwargs(bits, parser)
    try:
        if bits:
            raise Misused(f"{tag} is written {{% {tag.usage} %}}")
        tag.compile(
            [_known(each) for each in positional], {name: _known(each) for name, each in named.items()}, variable
        )
    except Misused as error:
        raise TemplateSyntaxError(str(error)) from None
    return TagNode(tag, positional, named, variable)


def _known(expression: FilterExpression) -> Any:
    """The value that stands in the template, or ``UNKNOWN``."""
    found = expression.var
    if expression.filters:
        return UNKNOWN
    if not isinstance(found, Variable):
        return found
    return _CONSTANTS.get(str(found.var), UNKNOWN) if found.literal is None else found.literal


for _tag in TAGS.values():
    register.tag(_tag.name, partial(compiled, _tag))
