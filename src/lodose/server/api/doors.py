"""How an operation is declared: its scopes, its answers, and every error that it can give."""

from collections.abc import Callable
from typing import Any, TypeVar

from ninja import Router

from lodose.server.api.keys import Session, Token
from lodose.server.api.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])


class Doors:
    """The operations of one resource.

    Parameters
    ----------
    tag : str
        Heading under which the document lists them.
    """

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, *scopes: str, **declared: Any) -> Callable[[View], View]:
        """Declare reading."""
        return self._declare("GET", path, scopes, **declared)

    def post(self, path: str, *scopes: str, **declared: Any) -> Callable[[View], View]:
        """Declare adding, or a step that is taken."""
        return self._declare("POST", path, scopes, **declared)

    def put(self, path: str, *scopes: str, **declared: Any) -> Callable[[View], View]:
        """Declare writing that may be sent again."""
        return self._declare("PUT", path, scopes, **declared)

    def patch(self, path: str, *scopes: str, **declared: Any) -> Callable[[View], View]:
        """Declare changing some fields."""
        return self._declare("PATCH", path, scopes, **declared)

    def delete(self, path: str, *scopes: str, **declared: Any) -> Callable[[View], View]:
        """Declare ending or taking back."""
        return self._declare("DELETE", path, scopes, **declared)

    def _declare(
        self,
        method: str,
        path: str,
        scopes: tuple[str, ...],
        *,
        answers: dict[int, Any],
        conflicts: bool = False,
        kind: str = "",
    ) -> Callable[[View], View]:
        """Declare one operation.

        ``answers`` are the schemas of success by status; ``conflicts`` adds 409; ``kind`` is the
        content type of a file.
        """
        known: dict[int, Any] = dict(answers)
        statuses = [401, 403, 404, 422] if scopes else [422]
        if "{" in path and not scopes:
            statuses.append(404)
        if method in {"POST", "PUT", "PATCH"}:
            statuses.append(413)
        if conflicts:
            statuses.append(409)
        known.update(dict.fromkeys(sorted(statuses), Problem))
        extra: dict[str, Any] = {"x-scopes": list(scopes)}
        if kind:
            shape = {"type": "string"}
            extra["responses"] = {200: {"content": {kind: {"schema": shape}}}}

        def declared(view: View) -> View:
            words = (view.__doc__ or "").strip()
            first, _, rest = words.partition("\n")
            self.router.api_operation(
                [method],
                path,
                auth=[Token(scopes), Session(scopes)] if scopes else None,
                response=known,
                operation_id=view.__name__.replace("_", "-"),
                summary=first.rstrip("."),
                description=" ".join(rest.split()) or None,
                openapi_extra=extra,
            )(view)
            return view

        return declared
