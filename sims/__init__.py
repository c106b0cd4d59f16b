"""The pretend field: a made-up city with real hydraulics, real Modbus servers and real MQTT clients."""
