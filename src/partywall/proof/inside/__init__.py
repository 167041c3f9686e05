"""The agent: runs inside an environment, tries what it is asked and says what came back.

It needs only the standard library until an ask needs a client, so that it starts fast and under any
user; nothing here may import the rest of the project.
"""
