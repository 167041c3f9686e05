"""The only package that touches the machine: files, hosts, clock, secret store."""
