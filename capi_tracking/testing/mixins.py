"""The same for Django's test cases. unittest itself is not imported: whoever has a test case has it."""

from typing import TYPE_CHECKING

from .assertions import assert_not_tracked, assert_skipped, assert_tracked
from .surroundings import in_memory

if TYPE_CHECKING:
    from unittest import TestCase as Base
else:
    Base = object


class CapiTestMixin(Base):
    """Put it first: ``class SaleTest(CapiTestMixin, TestCase)``. Events stay in memory, and no worker is nudged.

    In a ``TestCase`` nothing is ever committed; what the app does after a commit is done before each question is
    answered. In a ``TransactionTestCase`` or ``LiveServerTestCase`` it was done already.
    """

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(in_memory())

    assertTracked = staticmethod(assert_tracked)  # noqa: N815 - as unittest writes it
    assertNotTracked = staticmethod(assert_not_tracked)  # noqa: N815
    assertSkipped = staticmethod(assert_skipped)  # noqa: N815
