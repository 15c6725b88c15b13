"""What one request knows: who asks, what was read already, which keys are open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry.types import Info as StrawberryInfo

from api.graphql.loaders import Loader
from api.graphql.unseal import Opened, Unsealer
from kernel.errors import NotAllowed
from tenants import Permission, Viewer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Load = Callable[["Context", list[K]], Awaitable[Mapping[K, V]]]


@dataclass(frozen=True, slots=True)
class Budget:
    """Points that a viewer may spend in a minute, and what is left once the operation is paid."""

    per_minute: int
    left: int


class Context:
    """One request, or one event of a subscription."""

    __slots__ = (
        *(
            "_loaders",
            "_sees_frozen",
            "address",
            "budget",
            "opened",
            "public_url",
            "request_id",
            "sees_personal",
        ),
        *("unseal", "viewer"),
    )

    def __init__(
        self,
        viewer: Viewer | None,
        request_id: str,
        address: str = "",
        budget: Budget | None = None,
        public_url: str = "",
    ) -> None:
        self.viewer = viewer
        self.address = address
        self.budget = budget
        self.public_url = public_url.rstrip("/")
        self.request_id = request_id
        self.sees_personal = viewer is not None and viewer.may(Permission.CONTACTS_PERSONAL)
        self.opened: Opened = {}
        self._sees_frozen = viewer is not None and viewer.may(Permission.PRIVACY_READ)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was read: the next event of a subscription shows things as they are then."""
        self.unseal = Unsealer(
            self.opened, is_allowed=self.sees_personal, sees_frozen=self._sees_frozen
        )
        self._loaders: dict[Any, Loader[Any, Any]] = {}

    @property
    def me(self) -> Viewer:
        """Who asks; NotAllowed for a stranger."""
        if self.viewer is None:
            raise NotAllowed("Sign in first.", code="SIGN_IN")
        return self.viewer

    def loader(self, load: Load[K, V]) -> Loader[K, V]:
        """This request's loader for such rows."""
        loader = self._loaders.get(load)
        if loader is None:
            loader = Loader[K, V](lambda keys: load(self, keys), self.unseal.fetch)
            self._loaders[load] = loader
        return loader


Info = StrawberryInfo[Context, None]
