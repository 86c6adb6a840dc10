"""Those with an agenda: the campaign and its operator, organisers, outlets, and the second platform."""
