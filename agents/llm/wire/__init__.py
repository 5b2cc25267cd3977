"""The wire to a provider: the only way by which a request to a language model leaves the process.

The law: for each physical attempt the most that it can cost is reserved on the asking agent's account before a byte is
sent, and settled from what the provider says of its usage. Released is only what was certainly not billed: what was
never sent, and what was answered with a 4xx. Whatever else goes wrong (cut off, out of time, cancelled, a server's error,
an answer that cannot be read) is settled at the reservation. Repeats are made here and nowhere else, each with a
reservation of its own; a request that nobody pays for is not sent.
"""
