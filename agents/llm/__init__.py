"""The language model behind its port: which one, what is sent to it, what it costs, and what of its answers is let in.

The law: not one request leaves without money put aside for the most that it can cost, and nothing leaves that was not
redacted. The libraries behind it (extra `llm`) are imported when a model is chosen, and not before.
"""
