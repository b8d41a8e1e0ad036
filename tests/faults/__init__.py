"""Helpers of the tests of storing and following: made-up transcripts, comparing profiles, programs that get killed."""
