"""Who a visitor is to us: known or not, tracked or not, and what their browser is told of that.

people      who is logged in, for matching
exclusions  who is tracked by neither side
hints       the cookies that tell a browser so, also on pages from a cache
"""
