"""What a hearing office wants of exhibits: one TOML file each, read by `profiles`."""
