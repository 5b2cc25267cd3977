"""Environment, cluster and namespace as labels tell them."""

from collections.abc import Iterable, Mapping

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Scope

SCOPE_LABELS: Mapping[str, tuple[str, ...]] = {
    "environment": (
        "deployment_environment_name",
        "deployment.environment.name",
        "deployment_environment",
        "deployment.environment",
        "environment",
        "env",
        "stage",
    ),
    "cluster": ("k8s_cluster_name", "k8s.cluster.name", "cluster", "cluster_name", "kubernetes_cluster"),
    "namespace": (
        "exported_namespace",
        "destination_workload_namespace",
        "k8s_namespace_name",
        "k8s.namespace.name",
        "namespace",
        "kubernetes_namespace",
        "service_namespace",
        "service.namespace",
    ),
}
"""The labels of each part of a scope, the most telling first."""


def scope_of(labels: Mapping[str, str]) -> Scope:
    """The scope that labels tell of; parts they do not tell are empty."""
    return Scope(**{part: _first(labels, names) for part, names in SCOPE_LABELS.items()})


def belongs(scope: Scope, wanted: Scope) -> bool:
    """Whether something of that scope is meant by `wanted`: what either does not say keeps nothing out."""
    return all(
        not theirs or not ours or theirs.casefold() == ours.casefold()
        for theirs, ours in (
            (scope.environment, wanted.environment),
            (scope.cluster, wanted.cluster),
            (scope.namespace, wanted.namespace),
        )
    )


def mixed_environments(scopes: Iterable[Scope], wanted: Scope) -> tuple[str, ...]:
    """The environments whose telemetry is taken together, for nobody says which is meant; none where it is one at most."""
    known = {scope.environment.casefold(): scope.environment for scope in scopes if scope.environment}
    return tuple(known[name] for name in sorted(known)) if len(known) > 1 and not wanted.environment else ()


def refuse_other_scope(expression: str, matchers: Iterable[tuple[str, str, str]], scope: Scope, example: str) -> None:
    """Raises ParameterExtractionError for matchers (label, operator, value) that ask of another scope than the incident's."""
    parts = {name: part for part, names in SCOPE_LABELS.items() for name in names}
    for name, operator, value in matchers:
        ours = str(getattr(scope, parts[name])) if name in parts else ""
        same = value.casefold() == ours.casefold()
        if ours and ((operator == "=" and not same) or (operator == "!=" and same)):
            rule = f"asks of another {parts[name]} than the incident's, which is {ours}; leave {name} out"
            raise ParameterExtractionError("expression", expression, rule, example)


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")
