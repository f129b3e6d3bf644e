"""Lets tests below this folder import its helpers (`proof`), and nothing else."""
