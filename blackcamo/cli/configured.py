"""Commands whose options are configured: --config, --print-config, and errors that say whence."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from blackcamo.cli import configuration
from blackcamo.cli.bundles import spread
from blackcamo.cli.configuration import Command, Setting
from blackcamo.cli.output import complain, print_json, say
from blackcamo.errors import BlackcamoError

_PANEL = "Configuration"
_Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Take options from this TOML file, and from no other and no environment.",
        rich_help_panel=_PANEL,
    ),
]
_PrintConfig = Annotated[
    bool,
    typer.Option(
        "--print-config",
        help="Print each option's value and where it comes from, as such a file, and end.",
        rich_help_panel=_PANEL,
    ),
]


_OPTIONS = (
    Parameter("config", Parameter.KEYWORD_ONLY, default=None, annotation=_Config),
    Parameter("print_config", Parameter.KEYWORD_ONLY, default=False, annotation=_PrintConfig),
)
_F = TypeVar("_F", bound=Callable[..., int])


def command(app: typer.Typer, name: str | None = None) -> Callable[[_F], _F]:
    """Register a command whose options may come from files and the environment."""

    def register(function: _F) -> _F:
        app.command(name, cls=Configured)(spread(function, *_OPTIONS))
        return function

    return register


class Configured(TyperCommand):
    """A command of which files and the environment say what its options are by default."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Find the defaults before the arguments are read for good."""
        if ctx.resilient_parsing:  # a shell completes: what is wrong is said when it is run
            with contextlib.suppress(BlackcamoError):
                self._configure(ctx, None)
            return super().parse_args(ctx, args)
        given, _, _ = self.make_parser(ctx).parse_args([*args])
        if not given.get("help"):
            here = self._configure(ctx, given.get("config"))
            if given.get("print_config"):
                told = self._effective(ctx, given)
                _print(" ".join(_path(ctx)), told, as_json=bool(given.get("as_json")))
                ctx.exit()
            if here and not (given.get("quiet") or ctx.default_map.get("quiet")):
                complain(f"{configuration.FILE} of this folder sets {', '.join(here)}")
        return super().parse_args(ctx, args)

    def _configure(self, ctx: Any, chosen: str | None) -> tuple[str, ...]:
        """Let what files and the environment say be the defaults; what a stranger may have said."""
        known = Command.of(self, _path(ctx))
        path = None if chosen is None else Path(chosen)
        found, here = configuration.settings(known, _tables(ctx), path)
        ctx.obj = {known.names[key]: setting for key, setting in found.items()}
        ctx.default_map = {name: setting.value for name, setting in ctx.obj.items()}
        return here

    def _effective(self, ctx: Any, given: Mapping[str, Any]) -> dict[str, Setting]:
        """Each option's value, checked, and where it comes from."""
        options = {one.name: one for one in self.params}
        told = {}
        for key, name in Command.of(self, _path(ctx)).names.items():
            if key in configuration.ACTIONS:
                continue
            value, _ = options[name].consume_value(ctx, given)
            source = ctx.obj[name].source if name in ctx.obj else "default"
            source = source if given.get(name) is None else "command line"
            checked = None if value is None else options[name].process_value(ctx, value)
            told[key] = Setting(checked, source)
        return told

    def invoke(self, ctx: Any) -> Any:
        """Run it; an error about a value that was not typed says where that stands."""
        try:
            return super().invoke(ctx)
        except BlackcamoError as error:
            unsaid = {
                name: setting.source
                for name, setting in ctx.obj.items()
                if ctx.get_parameter_source(name).name == "DEFAULT_MAP"
            }
            whence = _whence(str(error), unsaid)
            if whence is None:
                raise
            raise type(error)(f"{error} (see {whence})") from error


def _path(ctx: Any) -> tuple[str, ...]:
    return () if ctx.parent is None else (*_path(ctx.parent), ctx.info_name)


def _tables(ctx: Any) -> list[str]:
    """Commands that may have a table in a file."""
    commands = ctx.find_root().command.commands
    return [name for name, one in commands.items() if isinstance(one, Configured)]


def _print(command: str, told: Mapping[str, Setting], *, as_json: bool) -> None:
    """Print options as a file that --config takes, or as one object."""
    if as_json:
        options = {k: {"value": _plain(s.value), "source": s.source} for k, s in told.items()}
        print_json({"command": command, "options": options})
        return
    say(f"[{command}]")
    for key, setting in told.items():
        say(f"{_line(key, setting.value):<40}  # {setting.source}")


def _line(key: str, value: Any) -> str:
    if value is None:
        return f"# {key}"
    # JSON's texts, numbers and lists are those of TOML but for this letter.
    text = json.dumps(_plain(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{key} = {text}"


def _plain(value: Any) -> Any:
    """A value in types that JSON and TOML have, without the password of a storage."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, str) and "://" in value:
        from blackcamo.study.storage import masked

        return masked(value)
    return str(value) if isinstance(value, Path) else value


def _whence(message: str, sources: Mapping[str, str]) -> str | None:
    """Where the value stands of which a message speaks.

    >>> _whence("appeal floor is 101; it must be between 0 and 100", {"appeal_floor": "my.toml"})
    'my.toml: appeal-floor'
    """
    words = re.sub(r"[-_]", " ", message)
    for name, source in sources.items():
        if re.search(rf"\b{name.replace('_', ' ')}\b", words):
            return f"{source}: {name.replace('_', '-')}"
    return None
