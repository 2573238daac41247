"""What is true of all rules: they give Meta's hashes, are stable, and never raise."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from capi_tracking import normalization

pytestmark = pytest.mark.usefixtures("default_country")

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Meta's documentation prints the first seven of these; the rest are its rules, hashed.
GOLDEN = [
    ("email", ("John_Smith@gmail.com",), "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
    ("phone", ("(650)555-1212", "us"), "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
    ("name", ("Mary",), "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
    ("name", ("정",), "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
    ("name", ("Valéry",), "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    ("date_of_birth", ("2/16/1997",), "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c"),
    ("country", ("United States",), "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    ("gender", ("f",), "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"),
    ("gender", ("Male",), "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"),
    ("state", ("California", "us"), "6959097001d10501ac7d54c0bdb8db61420f658f2922cc26e46d536119a31126"),
    ("city", ("New York",), "350c754ba4d38897693aa077ef43072a859d23f613443133fecbbd90a3512ca5"),
    ("city", ("Paris 15",), "1670f2e42fefa5044d59a65349e47c566009488fc57d7b4376dd5787b59e3c57"),
    ("postal_code", ("94035-1234", "us"), "1794327a4d443904421f5ca1f3d72d0a62ba2f0770d80755ec2220fc0efb052e"),
]


@pytest.mark.parametrize(("rule", "arguments", "digest"), GOLDEN)
def test_rules__give_the_hashes_that_meta_expects(rule, arguments, digest):
    assert normalization.sha256(getattr(normalization, rule)(*arguments)) == digest


# -- hashing ---------------------------------------------------------------------------------------------------------


@patient
@given(st.text())
@example("0LASTNAME")  # nobody's name, once the digit is gone
@example("\u03390\u0334")  # two accents, kept in order by a digit that goes
def test_rules__never_raise_and_are_stable(text):
    for rule in ("email", "name", "city", "country", "gender", "fbc", "fbp", "client_ip", "user_agent", "currency"):
        once = getattr(normalization, rule)(text)
        assert getattr(normalization, rule)(once) == once or not once
    for rule in ("phone", "date_of_birth", "state", "postal_code"):
        for country in ("", "us", "de"):
            assert isinstance(getattr(normalization, rule)(text, country), str)
