"""Renders a line of a template, and reads what it wrote."""

import json
import re
from html import unescape

from django.template import Context, RequestContext, Template

from capi_tracking import islands


def render(text, request=None, **values):
    template = Template("{% load capi_tracking %}" + text)
    return template.render(RequestContext(request, values) if request else Context(values))


def data_of(html):
    """The JSON of the one island."""
    (found,) = re.findall(r'<script type="application/json" data-capi-\w+>(.*?)</script>', html)
    return json.loads(found)


def attribute_of(html):
    (found,) = re.findall(r'data-capi-on="([^"]*)"', html)
    return json.loads(unescape(found))


def signed_data(island):
    return islands.verify(island["pixel"], island["name"], island["data"], island["signature"])


TWO = {"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}, "empty": {"PIXEL_ID": ""}}


def islands_of(html):
    return [json.loads(found) for found in re.findall(r"<script[^>]* data-capi-\w+>(.*?)</script>", html)]
