"""The parts of scripts/readme-commands."""
