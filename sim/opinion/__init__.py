"""Opinions: rules (one file each), expression, mobilisation, and whose words moved whom."""
