"""What banner and pages share about alarms and commands: order, counts and words, in plain Python."""
