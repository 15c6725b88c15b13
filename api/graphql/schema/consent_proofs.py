"""What the ledger of consents proves, and whether it is whole (F9)."""

from __future__ import annotations

from typing import Annotated

import orjson
import strawberry

import contacts
import privacy
from api.graphql.described import object_type
from api.graphql.permissions import requires
from api.graphql.schema.node import read_id
from kernel import anchors, chain, ids
from kernel.errors import NotFound
from tenants import Permission


@object_type
class ConsentChainCheck:
    """What a check of the tenant's ledger of consents found."""

    verdict: strawberry.Private[chain.Verdict]

    @strawberry.field(
        description="How many lines are linked, and right up to the first that is not."
    )
    def linked(self) -> int:
        return self.verdict.linked

    @strawberry.field(description="How many lines are so new that they are not linked yet.")
    def unlinked(self) -> int:
        return self.verdict.unlinked

    @strawberry.field(
        description="The first line that was altered or lost; null where all is right. Where lines "
        "were cut off the end there is none to name: then it is an id of zeros."
    )
    def first_altered(self) -> strawberry.ID | None:
        row_id = self.verdict.first_altered
        return strawberry.ID(ids.show("consent", row_id)) if row_id else None


@object_type
class ConsentProof:
    """What the ledger proves of a person's consents."""

    proof: strawberry.Private[privacy.ConsentProof]

    @strawberry.field(
        description="The document to keep and to hand on, as JSON: what is signed (a text, to the "
        "letter), its Ed25519 signature, and the page."
    )
    def document(self) -> str:
        proof = self.proof
        told = {
            "signed": proof.signed,
            "signature": proof.signature.as_json(),
            "page": proof.page,
        }
        return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()

    @strawberry.field(description="The same for readers: an HTML page without scripts.")
    def page(self) -> str:
        return self.proof.page


@object_type
class ConsentProofQuery:
    """What can be asked of the ledger."""

    @strawberry.field(
        description="The proof of a contact's consents, signed: whoever holds it can check it with "
        "the public keys at /.well-known/attestation-keys.json alone. Null for the absent.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def consent_proof(
        self,
        contact: Annotated[strawberry.ID, strawberry.argument(description="Whose consents.")],
    ) -> ConsentProof | None:
        try:
            proof = await privacy.prove_consent(read_id("contact", contact, "contact"))
        except NotFound:
            return None
        return ConsentProof(proof=proof)

    @strawberry.field(
        description="Check the tenant's ledger of consents from its first line: whether any was "
        "altered, lost or slipped in.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def verify_consent_chain(self) -> ConsentChainCheck:
        return ConsentChainCheck(verdict=await anchors.verify(contacts.LEDGER))
