"""The commands of `aegis`, one file each."""
