"""Production and development of one Compose app on one machine, with a tested wall between them."""

__version__ = "0.1.0"
