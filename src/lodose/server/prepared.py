"""Statements about one row that every check-in needs, put together once.

Django puts a query together anew each time it is asked, which takes several times as long as
asking it. A :class:`Prepared` query keeps the statement that Django made, for each connection,
and reads the row through the same converters; what comes out is what the model's own manager
would have given (``tests/server/test_prepared.py`` compares them on both databases).
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


class Prepared(Generic[Row]):
    """One row by conditions that are always the same.

    Parameters
    ----------
    model : type of Model
        Whose row.
    conditions : str
        Look-ups on the model's own fields as ``filter`` takes them: "expire_date__gt".
    joined : str
        A one-to-one relation, followed backwards, whose row is read along; the row has no such
        relation where there is none.

    Examples
    --------
    >>> from lodose.server.accounts.models import User
    >>> account = Prepared(User, "pk", joined="person")
    >>> account.first(user_id)  # doctest: +SKIP
    """

    def __init__(self, model: type[Row], *conditions: str, joined: str = "") -> None:
        for condition in conditions:
            if condition.partition("__")[2] not in _COMPARISONS:
                raise TypeError(f"'{condition}' does not compare a column with one value")
        self._model = model
        # `filter` puts its look-ups into this order; so do the values of `first`.
        self._conditions = sorted(conditions)
        self._order = [self._conditions.index(each) for each in conditions]
        self._joined = joined

    def first(self, *values: Any) -> Row | None:
        """Return the row, its conditions' values given in the order of the conditions."""
        sql, fields, converters, compiler = self._statement()
        parameters: list[Any] = [None] * len(values)
        for value, place in zip(values, self._order, strict=True):
            parameters[place] = fields[place].get_db_prep_value(value, connection)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        (converted,) = compiler.apply_converters([row], converters)
        return self._from(list(converted))

    def _statement(self) -> tuple[str, list[Any], Any, Any]:
        """Return the statement as this connection's database takes it, made on first use."""
        kept: dict[Prepared[Any], Any] = connection.__dict__.setdefault("_lodose_prepared", {})
        if self not in kept:
            fields = [self._field(each) for each in self._conditions]
            samples = {
                condition: _SAMPLES[field.get_internal_type()]
                for condition, field in zip(self._conditions, fields, strict=True)
            }
            query = self._model._base_manager.filter(**samples).order_by()
            if self._joined:
                query = query.select_related(self._joined)
            compiler = query.query.get_compiler(connection=connection)
            sql, _ = compiler.as_sql()
            converters = compiler.get_converters([each for each, _, _ in compiler.select])
            kept[self] = sql, fields, converters, compiler
        found: tuple[str, list[Any], Any, Any] = kept[self]
        return found

    def _field(self, condition: str) -> Any:
        name = condition.partition("__")[0]
        meta = self._model._meta
        return meta.pk if name == "pk" else meta.get_field(name)

    def _from(self, values: list[Any]) -> Row:
        alias = connection.alias
        names = [each.attname for each in self._model._meta.concrete_fields]
        row = self._model.from_db(alias, names, values[: len(names)])
        if self._joined:
            relation: Any = self._model._meta.get_field(self._joined)
            other = relation.related_model
            others = [each.attname for each in other._meta.concrete_fields]
            rest = values[len(names) :]
            if rest[others.index(other._meta.pk.attname)] is None:
                relation.set_cached_value(row, None)
            else:
                found = other.from_db(alias, others, rest)
                relation.set_cached_value(row, found)
                relation.field.set_cached_value(found, row)
        return row


def stored(model: type[Model], name: str, value: Any) -> Any:
    """Return a value as the database takes it for a column of a model."""
    field: Any = model._meta.get_field(name)
    return field.get_db_prep_save(value, connection)


def insert(row: Model) -> None:
    """Write a new row by a statement that is put together once.

    As ``save(force_insert=True)`` without signals: an integer key is filled in from the database.

    Raises
    ------
    IntegrityError
        As from ``save``.
    """
    fields, statement = _insertion(type(row))
    values = [each.get_db_prep_save(getattr(row, each.attname), connection) for each in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (key,) = cursor.fetchone()
    if row.pk is None:
        row.pk = key
    row._state.adding = False
    row._state.db = connection.alias


@cache
def _insertion(model: type[Model]) -> tuple[list[Any], str]:
    meta: Any = model._meta
    fields: list[Any] = [each for each in meta.concrete_fields if each is not meta.auto_field]
    quote = connection.ops.quote_name  # the same on SQLite and PostgreSQL
    columns = ", ".join(quote(each.column) for each in fields)
    places = ", ".join(["%s"] * len(fields))
    table, key = quote(meta.db_table), quote(meta.pk.column)
    return fields, f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {key}"  # noqa: S608


_COMPARISONS = {"", "gt", "gte", "lt", "lte"}
# Only there so that Django can put the statement together.
_SAMPLES: dict[str, Any] = {
    "CharField": "-",
    "DateTimeField": datetime(2026, 1, 1, tzinfo=UTC),
    "UUIDField": UUID(int=1),
}
