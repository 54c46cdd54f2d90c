"""What makes a model an estimator in the sense of scikit-learn, without importing it.

Importing scikit-learn and what it imports takes longer than most fits do.
"""

from __future__ import annotations

import inspect
from typing import Any, Self

from clvlab.errors import InputError, Problem, did_you_mean


class Estimator:
    """A model whose settings are the parameters of its constructor, each kept under its name.

    `sklearn.base.clone` copies the settings of one, and not what a fit left.

    Examples
    --------
    >>> from clvlab.models import BetaGeoModel
    >>> BetaGeoModel(purchase_covariates=["gender"])
    BetaGeoModel(purchase_covariates=['gender'])
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002
        """The settings by name; `deep` makes no difference, as no setting is an estimator."""
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401 - what a setting may be
        """Change some settings.

        Raises
        ------
        InputError
            For a name that is not one of them.
        """
        known = list(self._defaults())
        for name, value in params.items():
            if name not in known:
                raise InputError(
                    Problem(
                        f"parameter '{name}'",
                        f"must be one of those of {type(self).__name__}",
                        f"those are {', '.join(known) or 'none'}",
                        did_you_mean(name, known),
                    )
                )
            setattr(self, name, value)
        return self

    def unfitted(self) -> Self:
        """A new one with the same settings, without what a fit left."""
        return type(self)(**self.get_params())

    def __repr__(self) -> str:
        """The settings that differ from what they are by default."""
        defaults = self._defaults()
        changed = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value is not defaults[name] and value != defaults[name]
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        """The parameters of the constructor, and what they are by default."""
        if cls.__init__ is object.__init__:
            return {}
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return {parameter.name: parameter.default for parameter in parameters}
