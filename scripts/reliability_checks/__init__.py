"""The checks of scripts/reliability, one file each."""
