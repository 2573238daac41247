"""The guide can be followed to the letter, with the built wheel and in an empty project."""

from tests.newcomer.guide import Newcomer


def test_guide__leads_to_a_sale_that_meta_counts_once(installed, tmp_path):
    with Newcomer(tmp_path, installed, pip_installs="") as newcomer:
        newcomer.follow()
        pair = newcomer.pair()
    assert (pair["browser"], pair["server"], pair["counted"]) == (1, 1, 1)
