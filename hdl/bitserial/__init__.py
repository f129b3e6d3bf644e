"""Engines that multiply bit planes by counting ones."""
