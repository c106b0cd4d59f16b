"""The terminals of the pretend field: what each one measures and does, and how it speaks Modbus TCP or MQTT.

In: the gas network's state, commands off the wire. Out: registers and messages. The instruments and the motor valve
know no socket; `modbus_station` answers on an asyncio loop, `mqtt_device` on paho's network thread.
"""
