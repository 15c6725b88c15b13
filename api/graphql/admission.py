"""What stands between a request and its running: all of it before the first statement."""

from __future__ import annotations

from api import auth
from api.graphql import trail
from api.graphql.context import Budget
from api.graphql.cost import Cost, cost_of
from api.graphql.documents import read_document
from api.graphql.execute import Prepared, Request
from api.graphql.permissions import check
from api.graphql.persisted import PersistedDocuments
from kernel import clock, rates
from kernel.errors import NotAllowed, TryLater
from kernel.settings import Settings
from tenants import Viewer


class Admission:
    """The rules of this deployment for everything that comes to /graphql."""

    def __init__(self, settings: Settings) -> None:
        self._documents = PersistedDocuments(settings)
        self._of_tenant = settings.tenant_budget
        self._of_viewer = settings.viewer_budget
        self._public_url = settings.public_url

    async def prepare(self, request: Request, viewer: Viewer | None) -> Prepared:
        """Read, measure, check, price; raises what stands in the way.

        Nothing has happened then, but that a budget may be smaller.
        """
        text = await self._documents.text_of(request, viewer)
        document = read_document(text, is_stranger=viewer is None)
        operation = document.operation(request.operation_name)
        name = operation.name.value if operation.name else None
        try:
            check(document.needs[name], viewer)
        except NotAllowed as refused:
            if viewer is not None:
                given = trail.ids_in(trail.sent(document.text, request.variables))
                await auth.note_refusal(viewer, document.actions[name], given, refused.code)
            raise
        cost = cost_of(operation, document.parsed, request.variables)
        budget = None
        if viewer is not None:
            budget = await self._spend(viewer, cost)
            await self._documents.keep(request, viewer)
        return Prepared(request, document, operation, cost, budget, self._public_url)

    async def _spend(self, viewer: Viewer, cost: Cost) -> Budget:
        tenant = f"budget:{viewer.tenant_id}"
        budgets = [
            _rate(tenant, self._of_tenant),
            _rate(f"{tenant}:{viewer.own_id}", self._of_viewer),
        ]
        spent = await rates.spend(budgets, cost.points)
        if spent.wait:
            raise TryLater(
                f"The operation costs {cost.points}; so much is not left of this minute's budget.",
                code="BUDGET_SPENT",
                after=spent.wait / clock.SECOND,
            )
        return Budget(self._of_viewer, min(spent.left))


def _rate(name: str, points: int) -> rates.Budget:
    return rates.Budget(name, clock.MINUTE // points, points)
