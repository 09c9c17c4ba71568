"""The texts of the program: sources in `src/`, one catalogue a language, their builder and their checker."""
