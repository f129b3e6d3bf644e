"""Engines that look products up: tables of sums of activations, selected by the bits of weights."""
