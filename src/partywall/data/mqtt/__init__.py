"""MQTT: a user for each environment, who hears and says the topics of its prefix alone."""
