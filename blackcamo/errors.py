"""Every error that blackcamo raises on purpose.

    BlackcamoError
    ├── InputError            a value the user gave is wrong
    │   ├── PhotoError        a picture cannot be read or must not be used
    │   ├── OptionError       an option or parameter is out of its bounds
    │   │   └── UnknownNameError  no plug-in, study or pick of that name
    │   └── PresetError       a preset or look file is malformed or out of range
    ├── OutputError           a result cannot be written
    ├── PluginError           an installed plug-in cannot be loaded
    ├── MissingExtraError     an optional dependency is not installed
    ├── WeightsError          a model's weights are missing, damaged or of another model
    ├── ScorerError           a scorer broke its contract or cannot be reached
    │   └── ScorerUnavailableError  asking it for other pictures now would not help
    ├── BudgetError           a query would exceed the budget
    ├── ClusterError          a cluster cannot be reached, or its workers do not fit
    └── StudyError            the study's storage refuses or contradicts
        └── StudyBusyError    another process writes this study

A message is one line and names the value, its bound and the remedy. The command line prints it
and leaves with status 2; nothing is raised for a photo that merely could not be camouflaged.
"""

from __future__ import annotations


class BlackcamoError(Exception):
    """Base of every error raised on purpose."""


class InputError(BlackcamoError):
    """A value that the user gave is wrong."""


class PhotoError(InputError):
    """A picture cannot be read or must not be used."""


class OptionError(InputError):
    """An option or parameter is out of its bounds."""


class UnknownNameError(OptionError):
    """Nothing of that name is known."""


class PresetError(InputError):
    """A preset file, or the file of a look, is malformed or out of range."""


class ProfileError(InputError):
    """A profile is malformed, out of range, of another version or not installed."""


class OutputError(BlackcamoError):
    """A result cannot be written."""


class PluginError(BlackcamoError):
    """An installed plug-in cannot be loaded."""


class MissingExtraError(BlackcamoError):
    """An optional dependency is not installed."""


class WeightsError(BlackcamoError):
    """A model's weights are missing, damaged or those of another model."""


class ScorerError(BlackcamoError):
    """A scorer broke its contract or cannot be reached."""


class ScorerUnavailableError(ScorerError):
    """A scorer cannot be asked for now, whatever the pictures."""


class BudgetError(BlackcamoError):
    """A query would exceed the budget."""


class StudyError(BlackcamoError):
    """The study's storage refuses, or contradicts what is asked of it."""


class StudyBusyError(StudyError):
    """Another process writes this study."""


class ClusterError(BlackcamoError):
    """A cluster cannot be reached, or its workers do not fit."""
