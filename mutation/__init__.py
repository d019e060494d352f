"""Mutation testing of `guideline/`: whether a test notices when one thing in the code is wrong."""
