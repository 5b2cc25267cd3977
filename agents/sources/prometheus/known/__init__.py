"""What the field's exporters print and what to ask of it: tables of rules, one module for each sort of thing.

A rule applies where every series that it selects is there. Names are those in the exporters' own documentation. Metrics
of families that are known as a whole (`CLOSED`) are asked for by these rules only: the rest of them repeats or decorates.
"""

import re

from agents.sources.prometheus.known import hosts, kubernetes, mesh, runtimes, stores
from agents.sources.prometheus.rules import Rule

RULES: tuple[Rule, ...] = (*mesh.RULES, *kubernetes.RULES, *hosts.RULES, *stores.RULES, *runtimes.RULES)
"""All rows."""

CLOSED = re.compile(
    r"(?:container|kube|envoy|node|windows|istio|pg|postgresql|mysql|redis|mongodb|rabbitmq|elasticsearch|memcached|process|go"
    r"|jvm|probe|hikaricp|pgbouncer|python|nodejs|namedprocess|machine|cadvisor|kafka_(?:brokers?|topic|consumergroup)|scrape|promhttp"
    r"|traces_service_graph|target|net_conntrack|tomcat|logback|system|disk)_|up$|ALERTS"
)
"""Families of which only what the rows name is asked."""

PLATFORM = re.compile(
    r"(?:prometheus|alertmanager|grafana|loki|tempo|cortex|mimir|thanos|otelcol|apiserver|kubelet|kubeproxy|scheduler"
    r"|workqueue|rest_client|etcd|controller_runtime|authentication|authorization|aggregator|registered|volume|storage"
    r"|cilium|calico|felix|kube_?proxy|cert_?manager|certmanager|argocd|flux|gotk|vault|keda|velero)_"
)
"""Families that tell of the platform and of monitoring itself: asked last."""
