"""Who may: token, proof and pixel."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from .refusals import bad_proof, denied, unknown_pixel

_PIXEL = re.compile(r"\d{1,20}", re.ASCII)
_PROOF = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True, repr=False)
class Account:
    """What the sandbox knows of its owner. It has no repr: it holds the token."""

    token: str
    app_secret: str = ""
    pixels: frozenset[str] | None = None

    def check_token(self, given: dict[str, object]) -> None:
        """Raise a Refusal unless token and proof belong together."""
        token = given.get("access_token")
        if not (isinstance(token, str) and token):
            raise denied("no token")
        if not _same(token, self.token):
            raise denied("wrong token")
        self._check_proof(given.get("appsecret_proof"))

    def check_pixel(self, pixel: str, *, verb: str = "post") -> None:
        """Raise a Refusal unless the pixel is one of the owner's."""
        if not _PIXEL.fullmatch(pixel) or (self.pixels is not None and pixel not in self.pixels):
            raise unknown_pixel(verb=verb)

    def _check_proof(self, given: object) -> None:
        if not self.app_secret:
            self._check_proof_shape(given)
            return
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if not _same(str(given or ""), proof):
            raise bad_proof("appsecret_proof: missing or wrong")

    def _check_proof_shape(self, given: object) -> None:
        """Without the secret only its shape can be checked."""
        if given and not (isinstance(given, str) and _PROOF.fullmatch(given)):
            raise bad_proof("appsecret_proof: is not the hex of an HMAC-SHA256")


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
