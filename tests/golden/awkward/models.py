# Generated from openapi.yaml by `make generate`; do not edit.
"""The contract's JSON as classes: frozen, with an attribute for each property.

`from_dict` refuses what breaks the contract with a `DecodeError`. What a newer server may add survives it and
comes back from `to_dict`: properties (`additional_properties`), values of enums, kinds of events and messages.
"""

from __future__ import annotations

import builtins
import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import (
    Any,
    ClassVar,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    dataclass_transform,
)

import attrs

from ductape_sync import results

from . import DecodeError, shown

_T = TypeVar("_T")
_Decoder: TypeAlias = Callable[[Any], Any]
_Table: TypeAlias = Mapping[str, tuple[_Decoder, bool]]

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_fromisoformat = dt.datetime.fromisoformat


class _Model(results.Result):
    __slots__: tuple[str, ...] = ()

    @staticmethod
    def from_dict(data: Any) -> _Model:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        held = (getattr(self, name) for name in self.__slots__ if name != "additional_properties")
        return hash((self.__class__, *held))

    def __reduce__(self) -> tuple[Callable[[Any], _Model], tuple[dict[str, Any]]]:
        return self.from_dict, (self.to_dict(),)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _model(cls: type[_T]) -> type[_T]:
    # What `_Model` has already is not made again: it would be most of what importing this module takes.
    return attrs.define(
        cls,
        frozen=True,
        kw_only=True,
        eq=False,
        repr=False,
        match_args=False,
        weakref_slot=False,
        getstate_setstate=False,
        auto_attribs=True,
    )


def _draft_of(cls: type[_Model]) -> Any:
    """Return a class of the same layout that is not frozen.

    A frozen instance is filled through descriptors, which takes twice as long as plain assignment. Decoders
    fill a draft instead and then make it an instance of its class.
    """
    return type(f"{cls.__name__}Draft", (_Model,), {"__slots__": cls.__slots__})


class _OpenEnum(StrEnum):
    @classmethod
    def _missing_(cls, value: object) -> _OpenEnum | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = "UNKNOWN"
        unknown._value_ = value
        return unknown


class _Variants(dict[str, Callable[[Any], _T]]):
    """The decoders of a union's variants by their tags; every other tag gets the one for unknown ones."""

    __slots__ = ("unknown",)

    def __init__(self, known: dict[str, Callable[[Any], _T]], unknown: Callable[[Any], _T]) -> None:
        super().__init__(known)
        self.unknown = unknown

    def __missing__(self, tag: str) -> Callable[[Any], _T]:
        return self.unknown


def _fault(data: Any, table: _Table, *, closed: bool = False) -> DecodeError:
    """Find out what is wrong with an object that was refused."""
    if not isinstance(data, dict):
        return DecodeError("", f"must be an object, not {shown(data)}")
    for name, (decode, required) in table.items():
        if name in data:
            try:
                decode(data[name])
            except DecodeError as error:
                return error.under(name)
        elif required:
            return DecodeError("", "is missing").under(name)
    unknown = next((name for name in data if name not in table), None)
    if closed and unknown is not None:
        return DecodeError("", "is not a property of this object").under(unknown)
    return DecodeError("", "is not what the contract says")


def _others(data: dict[str, Any], table: _Table) -> Mapping[str, Any]:
    return {name: value for name, value in data.items() if name not in table} or _NOTHING


def _of_type(kind: type[Any], name: str) -> _Decoder:
    def decode(value: Any) -> Any:
        if type(value) is not kind:
            raise DecodeError("", f"must be {name}, not {shown(value)}")
        return value

    return decode


def _any(value: Any) -> Any:
    return value


_string = _of_type(str, "a string")
_integer = _of_type(int, "an integer")
_boolean = _of_type(bool, "true or false")
_object = _of_type(dict, "an object")
_list = _of_type(list, "a list")


def _number(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise DecodeError("", f"must be a number, not {shown(value)}")
    return value


def _date(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise DecodeError("", f"must be a date such as 2026-01-31, not {shown(value)}") from None


def _date_time(value: Any) -> dt.datetime:
    try:
        time = _fromisoformat(value)
    except (TypeError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        raise DecodeError("", f"must be a time with an offset (RFC 3339), not {shown(value)}")
    return time


def _constant(constant: str) -> _Decoder:
    def decode(value: Any) -> str:
        if value != constant:
            raise DecodeError("", f"must be {constant!r}, not {shown(value)}")
        return constant

    return decode


def _nullable(inner: _Decoder) -> _Decoder:
    def decode(value: Any) -> Any:
        return None if value is None else inner(value)

    return decode


def _array(inner: _Decoder) -> _Decoder:
    def decode(value: Any) -> list[Any]:
        items: list[Any] = []
        for item in _list(value):
            try:
                items.append(inner(item))
            except DecodeError as error:
                raise error.under(len(items)) from None
        return items

    return decode


def _mapping(inner: _Decoder) -> _Decoder:
    def decode(value: Any) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for name, item in _object(value).items():
            try:
                items[name] = inner(item)
            except DecodeError as error:
                raise error.under(name) from None
        return items

    return decode


class Mood(_OpenEnum):
    """Values that are no names in Python as they are."""

    IN_PROGRESS = "in-progress"
    CLASS = "class"
    NONE = "None"
    WITH_SPACE = "with space"
    HTTP_ERROR = "HTTPError"


_MOOD_MEMBERS: Final[dict[str, Mood]] = {member.value: member for member in Mood}


def _decode_mood(value: Any) -> Mood:
    return Mood(_string(value))


@_model
class Order(_Model):
    """Everything that can be sent.

    A second paragraph with a \\backslash, \"\"\"three quotes\"\"\" and a "quote"
    """

    from_: str
    """A keyword."""
    lines: list[Line]
    """A list with limits."""
    when: dt.datetime
    """A time."""
    due: dt.date | None = None
    """A date."""
    mood: Mood | None = None
    """Values that are no names in Python as they are."""
    counts: Counts | None = None
    """A map of integers."""
    matrix: list[list[float]] | None = None
    """A list of lists."""
    anything: Any = None
    """Any JSON."""
    gift: bool | None = None
    """Yes or no."""
    note: str | None = None
    """No more than this."""

    @staticmethod
    def from_dict(data: Any) -> Order:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_order(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "from": self.from_,
            "lines": [item.to_dict() for item in self.lines],
            "when": self.when.isoformat(),
        }
        if self.due is not None:
            data["due"] = self.due.isoformat()
        if self.mood is not None:
            data["mood"] = str(self.mood)
        if self.counts is not None:
            data["counts"] = self.counts
        if self.matrix is not None:
            data["matrix"] = self.matrix
        if self.anything is not None:
            data["anything"] = self.anything
        if self.gift is not None:
            data["gift"] = self.gift
        if self.note is not None:
            data["note"] = self.note
        return data


_OrderDraft = _draft_of(Order)


def _decode_order(data: Any) -> Order:
    try:
        draft = _OrderDraft()
        draft.from_ = value = data["from"]
        if type(value) is not str:
            raise TypeError
        value = data["lines"]
        if type(value) is not list:
            raise TypeError
        draft.lines = [_decode_line(item) for item in value]
        draft.when = value = _fromisoformat(data["when"])
        if value.tzinfo is None:
            raise ValueError
        if "due" in data:
            draft.due = _date(data["due"])
        else:
            draft.due = None
        if "mood" in data:
            value = data["mood"]
            draft.mood = _MOOD_MEMBERS.get(value) or _decode_mood(value)
        else:
            draft.mood = None
        if "counts" in data:
            draft.counts = _decode_counts(data["counts"])
        else:
            draft.counts = None
        if "matrix" in data:
            draft.matrix = _ORDER_FIELDS["matrix"][0](data["matrix"])
        else:
            draft.matrix = None
        if "anything" in data:
            draft.anything = data["anything"]
        else:
            draft.anything = None
        if "gift" in data:
            draft.gift = value = data["gift"]
            if type(value) is not bool:
                raise TypeError
        else:
            draft.gift = None
        if "note" in data:
            draft.note = value = data["note"]
            if type(value) is not str:
                raise TypeError
        else:
            draft.note = None
        if not data.keys() <= _ORDER_FIELDS.keys():
            raise ValueError
        draft.__class__ = Order
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _ORDER_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class Line(_Model):
    """A part of an order."""

    sku: str
    """A component that is a plain string."""
    amount: int | None = None
    """How many."""

    @staticmethod
    def from_dict(data: Any) -> Line:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_line(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "sku": self.sku,
        }
        if self.amount is not None:
            data["amount"] = self.amount
        return data


_LineDraft = _draft_of(Line)


def _decode_line(data: Any) -> Line:
    try:
        draft = _LineDraft()
        draft.sku = value = data["sku"]
        if type(value) is not str:
            raise TypeError
        if "amount" in data:
            draft.amount = value = data["amount"]
            if type(value) is not int:
                raise TypeError
        else:
            draft.amount = None
        if not data.keys() <= _LINE_FIELDS.keys():
            raise ValueError
        draft.__class__ = Line
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _LINE_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class Box(_Model):
    """Names that hide builtins."""

    kind: ClassVar[Literal["box"]] = "box"
    """The kind of thing."""
    type: builtins.str
    """A builtin."""
    id: builtins.int
    """A builtin."""
    list: builtins.list[builtins.str]
    """A builtin."""
    dict: Anything
    """A map of any JSON."""
    str: builtins.str
    """A builtin."""
    int: builtins.int
    """A builtin."""
    date: dt.date
    """Not a builtin, and often in the way."""
    datetime: dt.datetime
    """The same."""
    http_status: builtins.int
    """Capitals."""
    a_b_c_d: bool
    """Signs."""
    private: builtins.str
    """An underscore."""
    additional_properties: Mapping[builtins.str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Box:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_box(data)

    def to_dict(self) -> builtins.dict[builtins.str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "@kind": self.kind,
            "type": self.type,
            "id": self.id,
            "list": self.list,
            "dict": self.dict,
            "str": self.str,
            "int": self.int,
            "date": self.date.isoformat(),
            "datetime": self.datetime.isoformat(),
            "HTTPStatus": self.http_status,
            "a.b~c/d": self.a_b_c_d,
            "_private": self.private,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_BoxDraft = _draft_of(Box)


def _decode_box(data: Any) -> Box:
    try:
        draft = _BoxDraft()
        if data["@kind"] != "box":
            raise ValueError
        draft.type = value = data["type"]
        if type(value) is not str:
            raise TypeError
        draft.id = value = data["id"]
        if type(value) is not int:
            raise TypeError
        draft.list = _BOX_FIELDS["list"][0](data["list"])
        draft.dict = _decode_anything(data["dict"])
        draft.str = value = data["str"]
        if type(value) is not str:
            raise TypeError
        draft.int = value = data["int"]
        if type(value) is not int:
            raise TypeError
        draft.date = _date(data["date"])
        draft.datetime = value = _fromisoformat(data["datetime"])
        if value.tzinfo is None:
            raise ValueError
        draft.http_status = value = data["HTTPStatus"]
        if type(value) is not int:
            raise TypeError
        draft.a_b_c_d = value = data["a.b~c/d"]
        if type(value) is not bool:
            raise TypeError
        draft.private = value = data["_private"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 12 else _others(data, _BOX_FIELDS)
        draft.__class__ = Box
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _BOX_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Bag(_Model):
    """What may be null, and what is inside of what."""

    kind: ClassVar[Literal["bag/1"]] = "bag/1"
    """The kind of thing."""
    type: str
    """The same name as in a box, and the same type, said in other words."""
    id: str
    """The same name as in a box, and another type."""
    text: str | None
    """A string or null."""
    count: int | None
    """An integer or null."""
    flag: bool | None
    """A boolean or null."""
    at: dt.datetime | None
    """A time or null."""
    on: dt.date | None
    """A date or null."""
    share: float | None
    """A number or null."""
    inner: Problem | None
    """An object or null."""
    mood: Mood | None
    """An enum or null."""
    moods: list[Mood]
    """Enums."""
    things: list[Leaf]
    """A union that holds another."""
    lines: Lines
    """A map of objects."""
    days: Days | None
    """A map or null."""
    gaps: list[dt.datetime | None]
    """A list with nulls in it."""
    free: list[Any]
    """A list of any JSON."""
    shelves: Shelves
    """A map of lists of maps, written before what it holds."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Bag:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_bag(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "@kind": self.kind,
            "type": self.type,
            "id": self.id,
            "text": self.text,
            "count": self.count,
            "flag": self.flag,
            "at": None if self.at is None else self.at.isoformat(),
            "on": None if self.on is None else self.on.isoformat(),
            "share": self.share,
            "inner": None if self.inner is None else self.inner.to_dict(),
            "mood": None if self.mood is None else str(self.mood),
            "moods": [str(item) for item in self.moods],
            "things": [item.to_dict() for item in self.things],
            "lines": {name: item.to_dict() for name, item in self.lines.items()},
            "days": None
            if self.days is None
            else {name: item.isoformat() for name, item in self.days.items()},
            "gaps": [None if item is None else item.isoformat() for item in self.gaps],
            "free": self.free,
            "shelves": {
                name: [{name: item.to_dict() for name, item in item.items()} for item in item]
                for name, item in self.shelves.items()
            },
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_BagDraft = _draft_of(Bag)


def _decode_bag(data: Any) -> Bag:
    try:
        draft = _BagDraft()
        if data["@kind"] != "bag/1":
            raise ValueError
        draft.type = value = data["type"]
        if type(value) is not str:
            raise TypeError
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        value = data["text"]
        if value is None:
            draft.text = None
        else:
            draft.text = value
            if type(value) is not str:
                raise TypeError
        value = data["count"]
        if value is None:
            draft.count = None
        else:
            draft.count = value
            if type(value) is not int:
                raise TypeError
        value = data["flag"]
        if value is None:
            draft.flag = None
        else:
            draft.flag = value
            if type(value) is not bool:
                raise TypeError
        value = data["at"]
        if value is None:
            draft.at = None
        else:
            draft.at = value = _fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
        value = data["on"]
        if value is None:
            draft.on = None
        else:
            draft.on = _date(value)
        value = data["share"]
        if value is None:
            draft.share = None
        else:
            draft.share = _number(value)
        value = data["inner"]
        if value is None:
            draft.inner = None
        else:
            draft.inner = _decode_problem(value)
        value = data["mood"]
        if value is None:
            draft.mood = None
        else:
            draft.mood = _MOOD_MEMBERS.get(value) or _decode_mood(value)
        draft.moods = _BAG_FIELDS["moods"][0](data["moods"])
        value = data["things"]
        if type(value) is not list:
            raise TypeError
        draft.things = [_LEAF_VARIANTS[item["color"]](item) for item in value]
        draft.lines = _decode_lines(data["lines"])
        value = data["days"]
        if value is None:
            draft.days = None
        else:
            draft.days = _decode_days(value)
        draft.gaps = _BAG_FIELDS["gaps"][0](data["gaps"])
        draft.free = _BAG_FIELDS["free"][0](data["free"])
        draft.shelves = _decode_shelves(data["shelves"])
        draft.additional_properties = _NOTHING if len(data) == 18 else _others(data, _BAG_FIELDS)
        draft.__class__ = Bag
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _BAG_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Green(_Model):
    """A variant."""

    color: ClassVar[Literal["green"]] = "green"
    """The kind of leaf."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Green:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_green(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "color": self.color,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_GreenDraft = _draft_of(Green)


def _decode_green(data: Any) -> Green:
    try:
        draft = _GreenDraft()
        if data["color"] != "green":
            raise ValueError
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _GREEN_FIELDS)
        draft.__class__ = Green
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _GREEN_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Brown(_Model):
    """A variant."""

    color: ClassVar[Literal["brown"]] = "brown"
    """The kind of leaf."""
    fallen: bool
    """Whether it has fallen."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Brown:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_brown(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "color": self.color,
            "fallen": self.fallen,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_BrownDraft = _draft_of(Brown)


def _decode_brown(data: Any) -> Brown:
    try:
        draft = _BrownDraft()
        if data["color"] != "brown":
            raise ValueError
        draft.fallen = value = data["fallen"]
        if type(value) is not bool:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 2 else _others(data, _BROWN_FIELDS)
        draft.__class__ = Brown
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _BROWN_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Ask(_Model):
    """A message with a field that may be null."""

    op: ClassVar[Literal["ask"]] = "ask"
    """The kind of message."""
    after: str | None
    """An id or null, 1 to 3 letters; see `a. b`."""

    @staticmethod
    def from_dict(data: Any) -> Ask:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_ask(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "after": self.after,
        }
        return data


_AskDraft = _draft_of(Ask)


def _decode_ask(data: Any) -> Ask:
    try:
        draft = _AskDraft()
        if data["op"] != "ask":
            raise ValueError
        value = data["after"]
        if value is None:
            draft.after = None
        else:
            draft.after = value
            if type(value) is not str:
                raise TypeError
        if not data.keys() <= _ASK_FIELDS.keys():
            raise ValueError
        draft.__class__ = Ask
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _ASK_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class Stop(_Model):
    """A message that says nothing."""

    op: ClassVar[Literal["stop"]] = "stop"
    """The kind of message."""

    @staticmethod
    def from_dict(data: Any) -> Stop:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_stop(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
        }
        return data


_StopDraft = _draft_of(Stop)


def _decode_stop(data: Any) -> Stop:
    try:
        draft = _StopDraft()
        if data["op"] != "stop":
            raise ValueError
        if not data.keys() <= _STOP_FIELDS.keys():
            raise ValueError
        draft.__class__ = Stop
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STOP_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class Problem(_Model):
    """What went wrong."""

    title: str
    """In a few words."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Problem:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_problem(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "title": self.title,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_ProblemDraft = _draft_of(Problem)


def _decode_problem(data: Any) -> Problem:
    try:
        draft = _ProblemDraft()
        draft.title = value = data["title"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _PROBLEM_FIELDS)
        draft.__class__ = Problem
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _PROBLEM_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnknownThing(_Model):
    """A `Thing` of a kind that this version does not know: `kind` says which."""

    kind: str
    """The kind of thing."""
    type: str
    """A builtin."""
    id: Any
    """What it says; any JSON."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnknownThing:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unknown_thing(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "@kind": self.kind,
            "type": self.type,
            "id": self.id,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnknownThingDraft = _draft_of(UnknownThing)


def _decode_unknown_thing(data: Any) -> UnknownThing:
    try:
        draft = _UnknownThingDraft()
        draft.kind = value = data["@kind"]
        if type(value) is not str:
            raise TypeError
        draft.type = value = data["type"]
        if type(value) is not str:
            raise TypeError
        draft.id = data["id"]
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _UNKNOWN_THING_FIELDS)
        draft.__class__ = UnknownThing
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNKNOWN_THING_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnknownLeaf(_Model):
    """A `Leaf` of a kind that this version does not know: `color` says which."""

    color: str
    """The kind of leaf."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnknownLeaf:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unknown_leaf(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "color": self.color,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnknownLeafDraft = _draft_of(UnknownLeaf)


def _decode_unknown_leaf(data: Any) -> UnknownLeaf:
    try:
        draft = _UnknownLeafDraft()
        draft.color = value = data["color"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _UNKNOWN_LEAF_FIELDS)
        draft.__class__ = UnknownLeaf
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNKNOWN_LEAF_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnknownQuestion(_Model):
    """A `Question` of a kind that this version does not know: `op` says which."""

    op: str
    """The kind of message."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnknownQuestion:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unknown_question(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnknownQuestionDraft = _draft_of(UnknownQuestion)


def _decode_unknown_question(data: Any) -> UnknownQuestion:
    try:
        draft = _UnknownQuestionDraft()
        draft.op = value = data["op"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _UNKNOWN_QUESTION_FIELDS)
        draft.__class__ = UnknownQuestion
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNKNOWN_QUESTION_FIELDS) from None
    return draft  # type: ignore[no-any-return]


Thing: TypeAlias = Box | Bag | UnknownThing
"""A union."""

_THING_VARIANTS: Final = _Variants[Thing](
    {
        "box": _decode_box,
        "bag/1": _decode_bag,
    },
    _decode_unknown_thing,
)


def thing_from_dict(data: Any) -> Thing:
    """Make what `@kind` says from decoded JSON; `DecodeError` when that breaks the contract."""
    try:
        decode = _THING_VARIANTS[data["@kind"]]
    except (KeyError, TypeError):
        decode = _decode_unknown_thing
    return decode(data)


Leaf: TypeAlias = Green | Brown | UnknownLeaf
"""A union inside of another."""

_LEAF_VARIANTS: Final = _Variants[Leaf](
    {
        "green": _decode_green,
        "brown": _decode_brown,
    },
    _decode_unknown_leaf,
)


def leaf_from_dict(data: Any) -> Leaf:
    """Make what `color` says from decoded JSON; `DecodeError` when that breaks the contract."""
    try:
        decode = _LEAF_VARIANTS[data["color"]]
    except (KeyError, TypeError):
        decode = _decode_unknown_leaf
    return decode(data)


Question: TypeAlias = Ask | Stop | UnknownQuestion
"""What a client sends on the socket."""

_QUESTION_VARIANTS: Final = _Variants[Question](
    {
        "ask": _decode_ask,
        "stop": _decode_stop,
    },
    _decode_unknown_question,
)


def question_from_dict(data: Any) -> Question:
    """Make what `op` says from decoded JSON; `DecodeError` when that breaks the contract."""
    try:
        decode = _QUESTION_VARIANTS[data["op"]]
    except (KeyError, TypeError):
        decode = _decode_unknown_question
    return decode(data)


Counts: TypeAlias = dict[str, int]
"""A map of integers."""

_decode_counts = _mapping(_integer)


Lines: TypeAlias = dict[str, Box]
"""A map of objects."""

_decode_lines = _mapping(_decode_box)


Leaves: TypeAlias = dict[str, Leaf]
"""A map of unions."""

_decode_leaves = _mapping(leaf_from_dict)


Days: TypeAlias = dict[str, dt.date]
"""A map of dates."""

_decode_days = _mapping(_date)


Anything: TypeAlias = dict[str, Any]
"""A map of any JSON."""

_decode_anything = _object


Shelves: TypeAlias = dict[str, list[Leaves]]
"""A map of lists of maps, written before what it holds."""

_decode_shelves = _mapping(_array(_decode_leaves))


_ORDER_FIELDS: Final[_Table] = {
    "from": (_string, True),
    "lines": (_array(_decode_line), True),
    "when": (_date_time, True),
    "due": (_date, False),
    "mood": (_decode_mood, False),
    "counts": (_decode_counts, False),
    "matrix": (_array(_array(_number)), False),
    "anything": (_any, False),
    "gift": (_boolean, False),
    "note": (_string, False),
}

_LINE_FIELDS: Final[_Table] = {
    "sku": (_string, True),
    "amount": (_integer, False),
}

_BOX_FIELDS: Final[_Table] = {
    "@kind": (_constant("box"), True),
    "type": (_string, True),
    "id": (_integer, True),
    "list": (_array(_string), True),
    "dict": (_decode_anything, True),
    "str": (_string, True),
    "int": (_integer, True),
    "date": (_date, True),
    "datetime": (_date_time, True),
    "HTTPStatus": (_integer, True),
    "a.b~c/d": (_boolean, True),
    "_private": (_string, True),
}

_BAG_FIELDS: Final[_Table] = {
    "@kind": (_constant("bag/1"), True),
    "type": (_string, True),
    "id": (_string, True),
    "text": (_nullable(_string), True),
    "count": (_nullable(_integer), True),
    "flag": (_nullable(_boolean), True),
    "at": (_nullable(_date_time), True),
    "on": (_nullable(_date), True),
    "share": (_nullable(_number), True),
    "inner": (_nullable(_decode_problem), True),
    "mood": (_nullable(_decode_mood), True),
    "moods": (_array(_decode_mood), True),
    "things": (_array(leaf_from_dict), True),
    "lines": (_decode_lines, True),
    "days": (_nullable(_decode_days), True),
    "gaps": (_array(_nullable(_date_time)), True),
    "free": (_array(_any), True),
    "shelves": (_decode_shelves, True),
}

_GREEN_FIELDS: Final[_Table] = {
    "color": (_constant("green"), True),
}

_BROWN_FIELDS: Final[_Table] = {
    "color": (_constant("brown"), True),
    "fallen": (_boolean, True),
}

_ASK_FIELDS: Final[_Table] = {
    "op": (_constant("ask"), True),
    "after": (_nullable(_string), True),
}

_STOP_FIELDS: Final[_Table] = {
    "op": (_constant("stop"), True),
}

_PROBLEM_FIELDS: Final[_Table] = {
    "title": (_string, True),
}

_UNKNOWN_THING_FIELDS: Final[_Table] = {
    "@kind": (_string, True),
    "type": (_string, True),
    "id": (_any, True),
}

_UNKNOWN_LEAF_FIELDS: Final[_Table] = {
    "color": (_string, True),
}

_UNKNOWN_QUESTION_FIELDS: Final[_Table] = {
    "op": (_string, True),
}
