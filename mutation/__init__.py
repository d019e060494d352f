"""Mutation testing of the rooms that read and judge: whether a test notices when one thing in the code is wrong."""
