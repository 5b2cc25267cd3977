"""What is said of each kind of fault: what it is, what to look at, what would show it wrong, what to consider first.

One table a purpose, so that nobody has to look for a wording. Surfaces join these after a colon or a semicolon, so
they begin in lower case; nothing here acts, so every first step is one to consider.
"""

from collections.abc import Mapping

from orchestrator.model import FaultKind

WHAT: Mapping[FaultKind, str] = {
    FaultKind.ERROR: "{service} fails",
    FaultKind.WRONG_RESULT: "{service} behaves differently than before",
    FaultKind.LATENCY: "{service} has become slow",
    FaultKind.NETWORK: "calls from {caller} to {callee} are delayed or broken on the way",
    FaultKind.CPU: "{service} runs out of CPU",
    FaultKind.MEMORY: "{service} uses far more memory than usual",
    FaultKind.SATURATION: "{service} is saturated",
    FaultKind.DEPENDENCY: "{service} suffers from something that it depends on",
    FaultKind.EXTERNAL: "{service} suffers from something that no recorded change explains",
    FaultKind.UNKNOWN: "something about {service} has changed",
}
VERIFY: Mapping[FaultKind, str] = {
    FaultKind.ERROR: "read the error lines of {service} around {since}, and their stack traces where there are any",
    FaultKind.WRONG_RESULT: "compare one request through {service} before and after {since}",
    FaultKind.LATENCY: "profile {service}, or read its slowest traces since {since}",
    FaultKind.NETWORK: "measure round trips and resets between {caller} and {callee}, from both ends",
    FaultKind.CPU: "look at CPU by process and thread on {service} since {since}",
    FaultKind.MEMORY: "look at the heap and at restarts of {service} since {since}",
    FaultKind.SATURATION: "look at what holds connections, locks and queue places of {service} since {since}",
    FaultKind.DEPENDENCY: "look at the calls that {service} makes since {since}",
    FaultKind.EXTERNAL: "ask who runs what {service} depends on outside, and look at what it gets and calls since {since}",
    FaultKind.UNKNOWN: "look at {service} around {since}",
}
DISPROVE: Mapping[FaultKind, str] = {
    FaultKind.ERROR: "{service} answers the same requests without an error when asked directly",
    FaultKind.WRONG_RESULT: "{service} gives the same answers as before {since} to the same requests",
    FaultKind.LATENCY: "{service} is as fast as before when asked directly",
    FaultKind.NETWORK: "round trips between {caller} and {callee} are as short as before {since}",
    FaultKind.CPU: "CPU of {service} falls back and the symptoms stay",
    FaultKind.MEMORY: "memory of {service} falls back and the symptoms stay",
    FaultKind.SATURATION: "waits at {service} are 0 while the symptoms go on",
    FaultKind.DEPENDENCY: "what {service} calls answers as before",
    FaultKind.EXTERNAL: "what {service} gets and calls from outside is as before {since}",
    FaultKind.UNKNOWN: "the symptoms began before {since}",
}
CHANGE_DISPROVED = "instances of {service} without that change show the same"
FIRST: Mapping[FaultKind, str] = {
    FaultKind.ERROR: "consider looking at the first request that failed in {service}: its input, and what it called",
    FaultKind.WRONG_RESULT: "consider looking for what changed around {service} besides deploys: data, settings, jobs",
    FaultKind.LATENCY: "consider looking at the slowest calls of {service}: what they wait for; fewer requests buy time",
    FaultKind.NETWORK: "consider checking the link between {caller} and {callee}: resets, latency, recent network changes",
    FaultKind.CPU: "consider looking at what {service} computes; more capacity buys time",
    FaultKind.MEMORY: "consider looking at what {service} keeps in memory before it restarts; more memory buys time",
    FaultKind.SATURATION: "consider finding what holds the connections and places of {service}; more of them buy time",
    FaultKind.DEPENDENCY: "consider checking what {service} calls: which of it fails or is slow",
    FaultKind.EXTERNAL: "consider calling in who runs what {service} depends on; a rollback will hardly help",
    FaultKind.UNKNOWN: "consider asking who owns {service} what is different since {since}",
}
FIRST_OF_LOCKS = "consider finding the transaction that holds the lock on {service}"
