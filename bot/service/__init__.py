"""The verbs of the desk: what people and jobs may make it do."""
